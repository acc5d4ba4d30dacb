package control

import "errors"

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrRunning means that another process holds the data folder.
	ErrRunning = errors.New("already running")
	// ErrNotRunning means that nobody answers in the data folder.
	ErrNotRunning = errors.New("not running")
	// ErrPathTooLong means a data folder whose socket's path no system takes.
	ErrPathTooLong = errors.New("path of the data folder is too long")
	// ErrOpenToOthers means a data folder that others could change files in.
	ErrOpenToOthers = errors.New("others can write in the data folder")
	// ErrNoWindow means that the running process has no window to show.
	ErrNoWindow = errors.New("running without a window")

	errNoHost     = errors.New("no host given")
	errNotAFolder = errors.New("not a folder")
)

// Refusal is the running host's no.
type Refusal struct {
	// Code is for programs, Message one English sentence.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the sentence.
func (r *Refusal) Error() string { return r.Message }

// The codes of a Refusal.
const (
	CodeBadRequest   = "badRequest"
	CodeBadRoom      = "badRoom"
	CodeBadUser      = "badUser"
	CodeBadCallType  = "badCallType"
	CodeTooMany      = "tooMany"
	CodeNotHosting   = "notHosting"
	CodeNoWindow     = "noWindow"
	CodeInCall       = "inCall"
	CodeNoCall       = "noCall"
	CodeNoPushToTalk = "noPushToTalk"
	CodeFailed       = "failed"
)
