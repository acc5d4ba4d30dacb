package bundle

import "errors"

// ErrExists means that there is a file of that name already.
var ErrExists = errors.New("there is a file of that name already")
