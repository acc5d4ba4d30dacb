package app

import (
	"time"

	"takoshome/sfu/room"
)

// Command is something the window, the tray or the control socket asks for.
// What comes of it shows in the next Snapshot.
type Command interface{ isCommand() }

// StartHosting opens the ports and lets friends in.
type StartHosting struct{}

// StopHosting ends all calls and closes the ports.
type StopHosting struct{}

// NewInvitation makes a link; it becomes the first of Snapshot.Invitations.
type NewInvitation struct {
	Room     string
	User     string // empty: a room link for several guests
	CallType room.CallType
	Uses     int           // 0: the default
	TTL      time.Duration // 0: the default
}

// RevokeInvitation makes a link useless.
type RevokeInvitation struct{ ID string }

// RemovePeer takes a person out of a room.
type RemovePeer struct{ Room, Peer string }

// CloseProducer ends one stream of a person.
type CloseProducer struct{ Room, Peer, Producer string }

// DismissNotice clears Snapshot.Notice.
type DismissNotice struct{}

func (StartHosting) isCommand()     {}
func (StopHosting) isCommand()      {}
func (NewInvitation) isCommand()    {}
func (RevokeInvitation) isCommand() {}
func (RemovePeer) isCommand()       {}
func (CloseProducer) isCommand()    {}
func (DismissNotice) isCommand()    {}
