package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"takoshome/app/session"
)

// Send asks for something and returns at once. An error shows as a Notice.
func (a *App) Send(command Command) {
	if c, ok := sessionCommand(command); ok {
		if a.isInTheWay(command) {
			a.tell(a.noticeOf(command, session.ErrInCall))
			return
		}
		a.sendToSession(command, c)
		return
	}
	if task, ok := a.task(command); ok {
		a.sendToCrew(command, task)
		return
	}
	select {
	case <-a.stop:
	case a.requests <- request{command: command}:
	default:
		a.tell(a.noticeOf(command, ErrBusy))
	}
}

func (a *App) sendToCrew(command Command, task task) {
	tell := func(err error) {
		a.log.Warn("command failed", "command", fmt.Sprintf("%T", command), "error", err)
		a.tell(a.noticeOf(command, err))
	}
	err := a.crew.start(func(ctx context.Context) {
		defer a.publisher.change()
		if err := task(ctx); err != nil && ctx.Err() == nil {
			tell(err)
		}
	})
	if err != nil && !errors.Is(err, ErrClosed) {
		tell(err)
	}
}

func (a *App) sendToSession(command Command, c session.Command) {
	tell := func(err error) {
		if err == nil || errors.Is(err, session.ErrClosed) {
			return
		}
		a.log.Warn("command failed", "command", fmt.Sprintf("%T", command), "error", err)
		a.tell(a.noticeOf(command, err))
	}
	if err := a.session.Send(c, tell); err != nil {
		tell(err)
	}
}

// Do is Send, waiting for the outcome.
func (a *App) Do(ctx context.Context, command Command) error {
	if c, ok := sessionCommand(command); ok {
		if a.isInTheWay(command) {
			return session.ErrInCall
		}
		err := a.session.Do(ctx, c)
		if errors.Is(err, session.ErrClosed) {
			err = ErrClosed
		}
		return err
	}
	r := request{command: command, done: make(chan error, 1)}
	if task, ok := a.task(command); ok {
		err := a.crew.start(func(ctx context.Context) {
			defer a.publisher.change()
			r.done <- task(ctx)
		})
		if err != nil {
			return err
		}
		return a.await(ctx, r.done)
	}
	select {
	case a.requests <- r:
	case <-a.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	return a.await(ctx, r.done)
}

func (a *App) await(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-a.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isInTheWay: a link that is opened while the window goes into a call between
// people would take its place, and nobody would end that.
func (a *App) isInTheWay(command Command) bool {
	_, isLink := command.(PrepareCall)
	return isLink && a.isStaying()
}

// work is the goroutine that carries out commands, one after the other.
func (a *App) work() {
	for {
		select {
		case <-a.stop:
			return
		case r := <-a.requests:
			err := a.carryOut(r.command)
			if r.done != nil {
				r.done <- err
				continue
			}
			if err != nil {
				a.log.Warn("command failed", "command", fmt.Sprintf("%T", r.command), "error", err)
				a.tell(a.noticeOf(r.command, err))
			}
		}
	}
}

func (a *App) carryOut(command Command) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	defer a.publisher.change()
	switch c := command.(type) {
	case StartHosting:
		return a.startHosting(ctx)
	case StopHosting:
		return a.stopHosting(ctx)
	case NewInvitation:
		_, err := a.invite(c, true)
		return err
	case RevokeInvitation:
		return a.book.Revoke(c.ID)
	case RemovePeer:
		return a.removePeer(c)
	case CloseProducer:
		return a.onHost(func(h *host) error { return h.closeProducer(c.Room, c.Peer, c.Producer) })
	case DismissNotice:
		a.tell(nil)
		return nil
	case ChangeSettings:
		return a.changeSettings(c)
	case RestartHosting:
		return a.restartHosting(ctx)
	case SetIdentity:
		return a.setIdentity(c)
	case ImportIdentity:
		return a.importIdentity(c)
	case hostBroke:
		return a.hostBroke(ctx, c)
	}
	return errUnknownCommand
}

// hostBroke is what a host sends when it cannot go on.
type hostBroke struct {
	host *host
	err  error
}

func (hostBroke) isCommand() {}

func (a *App) hostBroke(ctx context.Context, broken hostBroke) error {
	if a.running() != broken.host {
		return nil // stopped meanwhile
	}
	if err := a.stopHosting(ctx); err != nil {
		a.log.Warn("a broken host did not stop cleanly", "error", err)
	}
	a.setState(HostFailed, nil)
	return broken.err
}

// startHosting opens the ports and lets friends in; it does nothing while they
// are let in already.
func (a *App) startHosting(ctx context.Context) error {
	if a.running() != nil {
		return nil
	}
	a.setState(HostStarting, nil)
	h, err := startAnywhere(ctx, hostConfig{
		settings: a.live.get(),
		page:     a.config.Page,
		book:     a.book,
		log:      a.log,
		domain:   a.domain,
		onChange: a.publisher.change,
		onBroken: func(h *host, err error) { a.Send(hostBroke{h, err}) },

		attendance: a.attendance(),
		relay:      a.config.relay,
	})
	if err != nil {
		a.setState(HostFailed, nil)
		return err
	}
	a.setState(HostRunning, h)
	a.tellMoved(h.config.moved)
	a.log.Info("hosting", "http", h.base(), "rtc", h.sfu.LocalAddr())
	return a.connect(h)
}

// attendance is nil where there is nobody to hear of it.
func (a *App) attendance() attendance {
	if a.exchange == nil {
		return nil
	}
	return a.exchange
}

func (a *App) stopHosting(ctx context.Context) error {
	h := a.running()
	if h == nil {
		return nil
	}
	a.setState(HostStopping, h)
	a.disconnect(h)
	err := h.close(ctx)
	a.setState(HostStopped, nil)
	a.log.Info("hosting has stopped")
	return err
}

func (a *App) removePeer(c RemovePeer) error {
	err := a.onHost(func(h *host) error { return h.removePeer(c.Room, c.Peer) })
	if err == nil {
		a.tell(&Notice{Key: "notice.peerRemoved", Args: map[string]string{"peer": c.Peer}, At: time.Now()})
	}
	return err
}

func (a *App) onHost(do func(*host) error) error {
	h := a.running()
	if h == nil {
		return ErrNotHosting
	}
	return do(h)
}

// running is the host, nil while there is none.
func (a *App) running() *host {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state.host
}

func (a *App) setState(state HostState, h *host) {
	a.mu.Lock()
	a.state.state, a.state.host = state, h
	if state == HostRunning {
		a.state.since = time.Now()
	}
	a.mu.Unlock()
	a.publisher.change()
}

// tell shows a notice, nil takes the last one away.
func (a *App) tell(n *Notice) {
	a.mu.Lock()
	a.state.notice = n
	a.mu.Unlock()
	a.publisher.change()
}
