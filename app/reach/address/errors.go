package address

import "errors"

// ErrConfig means that a configuration makes no sense.
var ErrConfig = errors.New("bad configuration")
