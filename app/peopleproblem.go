package app

import (
	"errors"
	"io/fs"

	"takoshome/app/calls"
	"takoshome/app/control"
	"takoshome/app/federation"
	"takoshome/app/friends"
	"takoshome/app/identity"
)

// IdentityError is a stored state that cannot be used.
type IdentityError struct{ Err error }

// Error says what is wrong with it.
func (e *IdentityError) Error() string { return "stored identity cannot be used: " + e.Err.Error() }

// Unwrap gives the reason.
func (e *IdentityError) Unwrap() error { return e.Err }

// ExportError is a document that could not be written.
type ExportError struct {
	Path string
	Err  error
}

// Error names the file before the reason.
func (e *ExportError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives the reason.
func (e *ExportError) Unwrap() error { return e.Err }

// ImportError is a document that could not be taken.
type ImportError struct {
	Path string
	Err  error
}

// Error names the file before the reason.
func (e *ImportError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives the reason.
func (e *ImportError) Unwrap() error { return e.Err }

// problem is what a person is told of an error: the key of a sentence, and the
// code that programs get. key is empty for errors that nobody expects.
type problem struct {
	key, code string
	err       error
	known     map[string]string
}

// problemOf finds what to say about an error with people.
func problemOf(err error) problem {
	for _, kind := range []func(error) (problem, bool){fileProblem, serverProblem} {
		if p, ok := kind(err); ok {
			return p
		}
	}
	for _, p := range ownProblems() {
		if errors.Is(err, p.err) {
			return problem{key: p.key, code: p.code, err: err}
		}
	}
	return problem{code: control.CodeFailed, err: err}
}

// args fills the places of the sentence, with what is known besides.
func (p problem) args(known map[string]string) map[string]string {
	args := map[string]string{"reason": p.err.Error()}
	for _, from := range []map[string]string{known, p.known} {
		for name, value := range from {
			if value != "" {
				args[name] = value
			}
		}
	}
	return args
}

// ownProblems are what this host itself refuses. What is more exact comes first.
func ownProblems() []problem {
	return []problem{
		{"notice.callGone", control.CodeCallGone, ErrNoIncoming, nil},
		{"notice.callGone", control.CodeNoOutgoing, ErrNoOutgoing, nil},
		{"notice.calling", control.CodeInCall, ErrCalling, nil},
		{"notice.notAllowed", control.CodeNoRight, ErrNotAllowed, nil},
		{"notice.noIdentity", control.CodeNoProfile, identity.ErrNoProfile, nil},
		{"notice.noDomain", control.CodeNoDomain, identity.ErrNoDomain, nil},
		{"notice.badName", control.CodeBadName, identity.ErrBadName, nil},
		{"notice.badDomain", control.CodeBadDomain, identity.ErrBadDomain, nil},
		{"notice.badID", control.CodeBadID, identity.ErrBadID, nil},
		{"notice.badGroupID", control.CodeBadGroupID, identity.ErrBadGroupID, nil},
		{"notice.badTitle", control.CodeBadTitle, identity.ErrBadTitle, nil},
		{"notice.notAllowed", control.CodeBadRole, identity.ErrBadRole, nil},
		{"notice.badPassword", control.CodeBadPassword, identity.ErrBadPassword, nil},
		{"notice.noAccount", control.CodeNoAccount, identity.ErrNoAccount, nil},
		{"notice.noGroup", control.CodeNoGroup, identity.ErrNoGroup, nil},
		{"notice.noMember", control.CodeNoMember, identity.ErrNoMember, nil},
		{"notice.accountTaken", control.CodeNameTaken, identity.ErrTaken, nil},
		{"notice.ownerAccount", control.CodeOwnerAccount, identity.ErrOwner, nil},
		{"notice.lastOwner", control.CodeLastOwner, identity.ErrLastOwner, nil},
		{"notice.alreadyMember", control.CodeAlreadyMember, identity.ErrMember, nil},
		{"notice.self", control.CodeSelf, identity.ErrSelf, nil},
		{"notice.blocked", control.CodeBlocked, identity.ErrBlocked, nil},
		{"notice.notPossible", control.CodeFriendState, identity.ErrTransition, nil},
		{"notice.full", control.CodeFull, identity.ErrFull, nil},
		{"notice.busy", control.CodeTooManyPasswords, identity.ErrBusy, nil},
		{"notice.noRequest", control.CodeNoRequest, friends.ErrNoRequest, nil},
		{"notice.notHosting", control.CodeNotHosting, friends.ErrNotHosting, nil},
		{"notice.notHosting", control.CodeNotHosting, calls.ErrNotHosting, nil},
		{"notice.notHosting", control.CodeNotHosting, ErrNotHosting, nil},
		{"notice.notFriends", control.CodeNotFriends, calls.ErrNotFriends, nil},
		{"notice.notMember", control.CodeNotMember, calls.ErrNotMember, nil},
		{"notice.inCall", control.CodeInCall, calls.ErrInCall, nil},
		{"notice.full", control.CodeFull, calls.ErrCallsFull, nil},
		{"notice.peopleFailed", control.CodeBadCallType, calls.ErrCallType, nil},
		{"notice.nobodyCame", control.CodeCallGone, calls.ErrNobodyCame, nil},
		{"notice.callGone", control.CodeCallGone, calls.ErrCancelled, nil},
		{"notice.callGone", control.CodeCallGone, calls.ErrAnswered, nil},
		{"notice.callGone", control.CodeCallGone, calls.ErrNoCall, nil},
		// What people of this host refuse each other comes without a server.
		{"notice.noUser", control.CodeNoUser, federation.ErrNoUser, nil},
		{"notice.notFriends", control.CodeNotFriends, federation.ErrNotFriends, nil},
		{"notice.noRequest", control.CodeNoRequest, federation.ErrNoRequest, nil},
		{"notice.noGroup", control.CodeTheirNoGroup, federation.ErrNoGroup, nil},
		{"notice.notMember", control.CodeNotMember, federation.ErrNotMember, nil},
		{"notice.peerBusy", control.CodeBusy, federation.ErrBusy, nil},
		{"notice.tooMany", control.CodeTheirTooMany, federation.ErrTooMany, nil},
		{"notice.peerBadDomain", control.CodeBadServer, federation.ErrBadDomain, nil},
	}
}

// serverProblem is what another server does, or does not.
func serverProblem(err error) (problem, bool) {
	failed := (*federation.SendError)(nil)
	if !errors.As(err, &failed) {
		return problem{}, false
	}
	p := problem{"notice.peerRefused", control.CodeRefused, err, map[string]string{"domain": failed.Domain}}
	for _, known := range []problem{
		{"notice.noUser", control.CodeNoUser, federation.ErrNoUser, nil},
		{"notice.notFriends", control.CodeNotFriends, federation.ErrNotFriends, nil},
		{"notice.noRequest", control.CodeNoRequest, federation.ErrNoRequest, nil},
		{"notice.noGroup", control.CodeTheirNoGroup, federation.ErrNoGroup, nil},
		{"notice.notMember", control.CodeNotMember, federation.ErrNotMember, nil},
		{"notice.peerBusy", control.CodeBusy, federation.ErrBusy, nil},
		{"notice.tooMany", control.CodeTheirTooMany, federation.ErrTooMany, nil},
		{"notice.peerUnauthorized", control.CodeUnauthorized, federation.ErrUnauthorized, nil},
		{"notice.peerClock", control.CodeClock, federation.ErrClock, nil},
		{"notice.peerUnknown", control.CodeUnknownEvent, federation.ErrUnknownEvent, nil},
		{"notice.peerUnknown", control.CodeBadAnswer, federation.ErrBadAnswer, nil},
		{"notice.peerUnknown", control.CodeBadAnswer, federation.ErrBadEvent, nil},
		{"notice.peerUnreachable", control.CodeUnreachable, federation.ErrUnreachable, nil},
		{"notice.peerNotAllowed", control.CodeNotPublic, federation.ErrNotAllowed, nil},
		{"notice.peerCertificate", control.CodeCertificate, federation.ErrCertificate, nil},
		{"notice.peerSlow", control.CodeSlow, federation.ErrSlow, nil},
		{"notice.peerOverload", control.CodeOverload, federation.ErrOverload, nil},
		{"notice.peerBadDomain", control.CodeBadServer, federation.ErrBadDomain, nil},
	} {
		if errors.Is(err, known.err) {
			p.key, p.code = known.key, known.code
			break
		}
	}
	return p, true
}

// fileProblem is about the stored state, and documents of it.
func fileProblem(err error) (problem, bool) {
	broken, exporting, importing := (*IdentityError)(nil), (*ExportError)(nil), (*ImportError)(nil)
	switch {
	case errors.As(err, &broken):
		key, args := identityProblem(broken.Err)
		return problem{key, control.CodeIdentityBroken, err, args}, true
	case errors.As(err, &exporting):
		p := problem{"notice.exportFailed", control.CodeFile, rootOf(exporting.Err), map[string]string{"path": exporting.Path}}
		if errors.Is(err, fs.ErrExist) {
			p.key, p.code = "notice.exportExists", control.CodeFileExists
		}
		return p, true
	case errors.As(err, &importing):
		p := problem{"notice.importFailed", control.CodeFile, rootOf(importing.Err), map[string]string{"path": importing.Path}}
		switch {
		case errors.Is(err, identity.ErrDocumentNewer):
			p.key, p.code = "notice.importNewer", control.CodeDocumentNewer
		case errors.Is(err, identity.ErrDocument):
			p.key, p.code = "notice.importBad", control.CodeBadDocument
		}
		return p, true
	}
	return problem{}, false
}

// rootOf is the innermost error: what the system says of a file whose path the
// sentence names itself.
func rootOf(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// identityProblem says what is wrong with the file of the stored state.
func identityProblem(err error) (key string, args map[string]string) {
	args = map[string]string{}
	if file := (*identity.FileError)(nil); errors.As(err, &file) {
		args["path"] = file.Path
		err = file.Err
	}
	switch {
	case errors.Is(err, identity.ErrCorrupt):
		key = "notice.identityCorrupt"
	case errors.Is(err, identity.ErrNewer):
		key = "notice.identityNewer"
	case errors.Is(err, identity.ErrInUse):
		key = "notice.identityInUse"
	default:
		key, args["reason"] = "notice.identityUnreadable", rootOf(err).Error()
	}
	return key, args
}

// subjectOf is what a command is about, for sentences.
func (a *App) subjectOf(command Command) map[string]string {
	id, args := "", map[string]string{}
	switch c := command.(type) {
	case SetIdentity:
		args["name"], args["domain"] = c.Name, c.Domain
	case AddFriend:
		id = c.ID
	case AcceptFriend:
		id = c.ID
	case DeclineFriend:
		id = c.ID
	case RemoveFriend:
		id = c.ID
	case BlockFriend:
		id = c.ID
	case UnblockFriend:
		id = c.ID
	case NameFriend:
		id = c.ID
	case CallFriend:
		id = c.ID
	case AddMember:
		id = c.ID
	case RemoveMember:
		id = c.ID
	case SetRole:
		id = c.ID
	case CallGroup:
		args["id"] = c.ID
	case FollowGroup:
		args["id"] = c.ID
	case AddAccount:
		args["name"] = c.Name
	case RemoveAccount:
		args["name"] = c.Name
	case SetPassword:
		args["name"] = c.Name
	}
	if id != "" {
		args["id"], args["peer"] = id, orElse(a.titleOf(identity.ID(id)), id)
		args["domain"] = identity.ID(id).Domain()
	}
	return args
}

func (a *App) titleOf(id identity.ID) string {
	if a.store == nil {
		return ""
	}
	return a.record.get(a.store).titleOf(id)
}

// isAboutPeople tells the commands of people.go.
func isAboutPeople(command Command) bool {
	switch command.(type) {
	case SetIdentity, CallFriend, CancelCall, CallGroup, NewGroup, FollowGroup, RenameGroup, LeaveGroup, DeleteGroup,
		AddMember, RemoveMember, SetRole, SeeCalls, ForgetCalls, AddAccount, RemoveAccount, SetPassword,
		ExportIdentity, ImportIdentity, AnswerCall, DeclineCall:
		return true
	}
	return isFriendCommand(command)
}
