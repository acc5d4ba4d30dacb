package assembly

import "errors"

// ErrFormat is returned by New for what it cannot put together.
var ErrFormat = errors.New("unknown video format")
