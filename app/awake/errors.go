package awake

import "errors"

var (
	errNoCallback = errors.New("nobody wants to know of a resume")
	errNoWay      = errors.New("this system has no way to be kept awake")
)
