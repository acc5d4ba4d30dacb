package app

import (
	"context"
	"path/filepath"
	"time"

	"takoshome/app/desktop"
	"takoshome/app/media"
	"takoshome/app/participant"
	"takoshome/app/session"
)

const (
	// callFile keeps devices and volumes for the next call.
	callFile = "call.json"
	// hangUpTime leaves the rest of stopTime to the host.
	hangUpTime = 2500 * time.Millisecond
)

// newSession makes the call that the person takes part in.
func (a *App) newSession() (*session.Session, error) {
	return session.New(session.Config{
		Path:        filepath.Join(a.config.Settings.DataDir, callFile),
		OpenDevices: a.config.OpenDevices,
		Network:     ownNetwork{a},
		OnChange:    a.sessionChanged,
		Notify: func(key string, args map[string]string, bad bool) {
			a.tell(&Notice{Key: key, Args: args, Bad: bad, At: time.Now()})
		},
		Logger: a.log,
	})
}

// sessionCommand is a command as the session takes it; it does not wait behind
// those of the host.
func sessionCommand(command Command) (c session.Command, ok bool) {
	switch c := command.(type) {
	case PrepareCall:
		return session.Prepare(c.Link, c.Wishes, c.Now), true
	case JoinCall:
		return session.Join(c.Name), true
	case LeaveCall:
		return session.Leave(), true
	case hangUp:
		return session.HangUp(), true
	case SetMuted:
		return session.Mute(c.Muted), true
	case SetDeafened:
		return session.Deafen(c.Deafened), true
	case SetCamera:
		return session.TurnCamera(c.On), true
	case SetPushToTalk:
		return session.PushToTalk(c.On), true
	case Talk:
		return session.Talk(c.Down), true
	case ChooseDevice:
		return session.Choose(c.Kind, c.ID), true
	case SetProcessing:
		return session.Process(c.Processing), true
	case ShareScreen:
		return session.Share(c.ID, c.Motion), true
	case StopSharing:
		return session.StopSharing(), true
	case SendChat:
		return session.Say(c.Text), true
	case SetVolume:
		return session.SetVolume(c.PeerID, c.Percent), true
	case SetSilenced:
		return session.Silence(c.PeerID, c.Silenced), true
	}
	return c, false
}

// hangUp is LeaveCall, which fails where there is nothing to leave.
type hangUp struct{}

func (hangUp) isCommand() {}

// Show draws a video of the call on view, until another view or nil is given
// for it: session.VideoSelf, session.VideoScreen, or the ID of a session.Video.
// It returns at once, and stays in force while the video goes and comes.
func (a *App) Show(video string, view *media.View) { a.session.Show(video, view) }

// registerLinks makes links open this program. Where that does not work, they
// can be pasted all the same.
func (a *App) registerLinks() {
	c, err := desktop.Present(a.config.LinkIcon)
	if err == nil {
		err = desktop.Register(c)
	}
	if err != nil {
		a.log.Warn("links to calls will not open by themselves", "error", err)
	}
}

func (a *App) sessionChanged() {
	a.publisher.change()
	a.stay.look()
}

// ownNetwork joins calls of our own host by the loopback address: few routers
// let a computer reach itself by its public one. Other servers are found as the
// settings say.
type ownNetwork struct{ a *App }

// Ask is participant.Ask.
func (n ownNetwork) Ask(ctx context.Context, link participant.Link) (participant.Info, error) {
	return session.Participant{}.Ask(ctx, n.reach(link))
}

// Join is participant.Join.
func (n ownNetwork) Join(ctx context.Context, c participant.Config) (session.Call, error) {
	if h := n.a.hostOf(c.Link); h != nil {
		c.Media = append(c.Media, h.nearMedia())
	}
	c.Link = n.reach(c.Link)
	return session.Participant{}.Join(ctx, c)
}

func (n ownNetwork) reach(link participant.Link) participant.Link {
	if h := n.a.hostOf(link); h != nil {
		return h.near(link)
	}
	link.Way = n.a.wayTo(link)
	return link
}
