package participant

import "errors"

// Why a call cannot be joined, or has ended.
var (
	// ErrBadLink means a text that is no link to a call.
	ErrBadLink = errors.New("not a link to a call")
	// ErrExpired means a link or token that is unknown, used up or expired.
	ErrExpired = errors.New("the link has expired or was used up")
	// ErrBadName means that the host does not take the name.
	ErrBadName = errors.New("the host does not take this name")
	// ErrFull means that the host or the room has no place left.
	ErrFull = errors.New("the host is full")
	// ErrNotHosting means a host that answers, but hosts no calls now.
	ErrNotHosting = errors.New("the host hosts no calls now")
	// ErrUnreachable means that nothing answers.
	ErrUnreachable = errors.New("the host does not answer")
	// ErrNoMedia means that signaling works, and media does not get through.
	ErrNoMedia = errors.New("media does not get through")
	// ErrCertificate means a certificate other than the one that the link names.
	ErrCertificate = errors.New("the host has another certificate than the link says")
	// ErrUntrusted means a certificate that nobody vouches for.
	ErrUntrusted = errors.New("nobody vouches for the host's certificate")
	// ErrRemoved means that the host took the person out.
	ErrRemoved = errors.New("removed by the host")
	// ErrReplaced means that the person joined from elsewhere.
	ErrReplaced = errors.New("joined from elsewhere")
	// ErrHostEnded means that the host ended the call.
	ErrHostEnded = errors.New("the host ended the call")
	// ErrHostGone means that the host was away for too long.
	ErrHostGone = errors.New("the host is gone")
	// ErrHostError means that the host did what the protocol does not have.
	ErrHostError = errors.New("the host does not keep to the protocol")
)

// Why a request failed, while the call goes on.
var (
	// ErrEnded means a call that is over.
	ErrEnded = errors.New("the call is over")
	// ErrClosed means a Producer that is closed.
	ErrClosed = errors.New("the producer is closed")
	// ErrRefused means that the host said no to a Producer.
	ErrRefused = errors.New("the host refuses the producer")
	// ErrNoCodec means that the host takes no codec that we can send.
	ErrNoCodec = errors.New("no codec in common")
	// ErrBadChat means a text that cannot be said.
	ErrBadChat = errors.New("the text is empty or too long")
	// ErrNotOffered means an extension that the host does not have.
	ErrNotOffered = errors.New("the host does not offer this")
	// ErrReconnecting means that it cannot be done just now.
	ErrReconnecting = errors.New("the connection is broken just now")
	// ErrConfig means a configuration that cannot work.
	ErrConfig = errors.New("bad configuration")
)

// errMessage means a message of the host's that cannot be read.
var errMessage = errors.New("unreadable message")
