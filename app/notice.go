package app

import (
	"errors"
	"strconv"
	"time"

	"takoshome/app/calls"
	"takoshome/app/friends"
	"takoshome/app/session"
	"takoshome/sfu/room"
)

// noticeOf is how a person is told that a command failed.
func (a *App) noticeOf(command Command, err error) *Notice {
	n := &Notice{Bad: true, At: time.Now(), Args: map[string]string{}}
	listen, folder := (*ListenError)(nil), (*DataDirError)(nil)
	switch {
	case errors.Is(err, ErrBusy), errors.Is(err, session.ErrBusy):
		n.Key = "notice.busy"
	case errors.Is(err, ErrNotHosting), errors.Is(err, calls.ErrNotHosting), errors.Is(err, friends.ErrNotHosting):
		n.Key = "notice.notHosting"
	case errors.As(err, &listen) && listen.IsTaken():
		n.Key, n.Args["port"] = "notice.portTaken", strconv.Itoa(int(listen.Addr.Port()))
	case errors.As(err, &listen) && listen.IsForbidden():
		n.Key, n.Args["port"] = "notice.portForbidden", strconv.Itoa(int(listen.Addr.Port()))
	case errors.As(err, &listen) && listen.IsElsewhere():
		n.Key, n.Args["addr"] = "notice.noAddress", listen.Addr.Addr().String()
	case errors.As(err, &folder):
		n.Key, n.Args["path"], n.Args["reason"] = "notice.dataDir", folder.Path, folder.Err.Error()
	case errors.Is(err, room.ErrNoRoom), errors.Is(err, room.ErrNoPeer), errors.Is(err, room.ErrNoProducer):
		n.Key = "notice.alreadyGone"
	case callNotice(err) != "":
		n.Key = callNotice(err)
	case isStaying(err):
		n.Key, n.Args = stayingNotice(err)
	case isAboutPeople(command):
		p := problemOf(err)
		n.Key, n.Args = orElse(p.key, "notice.peopleFailed"), p.args(a.subjectOf(command))
	case isAboutSettings(command):
		n.Key, n.Args["path"], n.Args["reason"] = "notice.settingsFailed", a.config.SettingsFile, err.Error()
	case isInvitation(command):
		n.Key, n.Args["reason"] = "notice.invitationFailed", err.Error()
	default:
		n.Key, n.Args["reason"] = "notice.hostFailed", err.Error()
	}
	return n
}

// callNotice is the sentence for what a call refuses, empty for other errors.
func callNotice(err error) string {
	for _, known := range []struct {
		err error
		key string
	}{
		{session.ErrInCall, "notice.inCall"},
		{session.ErrNoCall, "notice.noCall"},
		{session.ErrNoVideo, "notice.noVideo"},
		{session.ErrNoPushToTalk, "notice.noPushToTalk"},
		{session.ErrNoPerson, "notice.alreadyGone"},
		{session.ErrChat, "notice.chatFailed"},
		{session.ErrNoDevice, "notice.noDevice"},
		{session.ErrNoAgain, "notice.noAgain"},
		{ErrNoIncoming, "notice.callGone"},
	} {
		if errors.Is(err, known.err) {
			return known.key
		}
	}
	return ""
}

func isAboutSettings(command Command) bool {
	_, is := command.(ChangeSettings)
	return is
}

func isInvitation(command Command) bool {
	switch command.(type) {
	case NewInvitation, RevokeInvitation:
		return true
	}
	return false
}
