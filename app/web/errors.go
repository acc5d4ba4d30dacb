package web

import "errors"

// What Guests answers with, and what becomes of it.
var (
	ErrBadName = errors.New("no name for a guest") // 400 badName
	ErrBadCode = errors.New("no such room link")   // 404 badCode
	ErrFull    = errors.New("room is full")        // 503 full

	errNoListener  = errors.New("no listener given")
	errNoSignaling = errors.New("no signaling handler given")
	errNoGuests    = errors.New("no guest list given")
	errNoPage      = errors.New("the join page has no index.html")
)
