package reach

import "errors"

// ErrCertificate means a certificate or key that cannot be used.
var ErrCertificate = errors.New("certificate cannot be used")

var errNoPath = errors.New("no path given")
