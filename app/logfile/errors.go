package logfile

import "errors"

var (
	errNoPath    = errors.New("no file given")
	errNoRoom    = errors.New("no room for a line")
	errOpenTwice = errors.New("the log has a file already, or is closed")
)
