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
	// Args is what a sentence about it names: domain, path, reason.
	Args map[string]string `json:"args,omitempty"`
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

// The codes about people, friends and groups.
const (
	CodeBadName          = "badName"
	CodeBadDomain        = "badDomain"
	CodeBadID            = "badID"
	CodeBadGroupID       = "badGroupID"
	CodeBadTitle         = "badTitle"
	CodeBadRole          = "badRole"
	CodeBadPassword      = "badPassword"
	CodeNoProfile        = "noProfile"      // nobody has chosen a name yet
	CodeNoDomain         = "noDomain"       // a name without a domain
	CodeIdentityBroken   = "identityBroken" // what is stored cannot be read
	CodeNoAccount        = "noAccount"
	CodeNoGroup          = "noGroup"
	CodeNoMember         = "noMember"
	CodeNameTaken        = "nameTaken"
	CodeOwnerAccount     = "ownerAccount" // cannot be removed
	CodeLastOwner        = "lastOwner"    // a group needs one
	CodeAlreadyMember    = "alreadyMember"
	CodeSelf             = "self"
	CodeBlocked          = "blocked"
	CodeFriendState      = "friendState" // not possible with this person now
	CodeNotFriends       = "notFriends"
	CodeNoRight          = "noRight" // the owner's role in the group is too low
	CodeFull             = "full"
	CodeTooManyPasswords = "tooManyPasswords" // are being checked
	CodeCallGone         = "callGone"
	CodeNoOutgoing       = "noOutgoing"
	CodeFileExists       = "fileExists" // Args: path
	CodeFile             = "file"       // Args: path, reason
	CodeBadDocument      = "badDocument"
	CodeDocumentNewer    = "documentNewer"
)

// The codes about other servers; Args has their domain.
const (
	CodeBadServer    = "badServer"
	CodeUnreachable  = "unreachable"
	CodeNotPublic    = "notPublic"
	CodeCertificate  = "theirCertificate"
	CodeSlow         = "slow"
	CodeOverload     = "overload"
	CodeBadAnswer    = "badAnswer"
	CodeRefused      = "refused"
	CodeUnauthorized = "unauthorized"
	CodeClock        = "clock"
	CodeUnknownEvent = "unknownEvent"
	CodeNoUser       = "noUser"
	CodeNoRequest    = "noRequest"
	CodeTheirNoGroup = "theirNoGroup"
	CodeNotMember    = "notMember"
	CodeBusy         = "busy"
	CodeTheirTooMany = "theirTooMany"
)
