//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"context"
	"fmt"
	"html"
	"log/slog"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"github.com/godbus/dbus/v5"

	"takoshome/app/session"
)

// The Desktop Notifications Specification, "D-BUS Protocol".
const (
	notifyName  = "org.freedesktop.Notifications"
	notifyPath  = "/org/freedesktop/Notifications"
	bellWaiting = 16 // requests; beyond them the desktop is stuck and hears no more
	bellTimeout = 5 * time.Second
)

const (
	actionAnswer  = "answer"
	actionDecline = "decline"
	actionDefault = "default" // a click on the notification itself
)

// desktopBell shows calls as notifications with buttons. Its fields but the
// channels belong to loop.
type desktopBell struct {
	actions  bellActions
	sounds   bool // nobody else makes a call heard
	log      *slog.Logger
	requests chan bellRequest
	quit     chan struct{}
	done     chan struct{}

	bus     *dbus.Conn // nil until the first call
	signals chan *dbus.Signal
	buttons bool // the desktop has them
	shown   map[uint32]shownNote
}

// shownNote is what a notification is about: a call, by its id, or else a subject.
type shownNote struct {
	call  string
	about subject
}

// bellRequest shows a call, or takes it back, or shows a note about a subject.
type bellRequest struct {
	call  session.Incoming
	stop  bool
	note  *fyne.Notification
	about subject
}

// newBell makes the bell; sounds lets the desktop make calls heard.
func newBell(actions bellActions, sounds bool, log *slog.Logger) bell {
	b := &desktopBell{
		actions: actions, sounds: sounds, log: log, requests: make(chan bellRequest, bellWaiting),
		quit: make(chan struct{}), done: make(chan struct{}), shown: make(map[uint32]shownNote),
	}
	go b.loop()
	return b
}

func (b *desktopBell) ring(call session.Incoming) { b.request(bellRequest{call: call}) }

func (b *desktopBell) stop(id string) {
	b.request(bellRequest{call: session.Incoming{ID: id}, stop: true})
}

func (b *desktopBell) tell(note *fyne.Notification, about subject) {
	b.request(bellRequest{note: note, about: about})
}

func (b *desktopBell) request(r bellRequest) {
	select {
	case b.requests <- r:
	default:
	}
}

// close takes all notifications back and ends the loop.
func (b *desktopBell) close() {
	close(b.quit)
	<-b.done
}

func (b *desktopBell) loop() {
	defer close(b.done)
	defer b.disconnect()
	for {
		select {
		case <-b.quit:
			return
		case r := <-b.requests:
			b.handle(r)
		case signal, ok := <-b.signals:
			if !ok { // the bus is gone; the next call looks for it again
				b.bus, b.signals = nil, nil
				clear(b.shown)
				continue
			}
			b.hear(signal)
		}
	}
}

func (b *desktopBell) handle(r bellRequest) {
	if r.stop {
		for number, note := range b.shown {
			if note.call == r.call.ID {
				b.takeBack(number)
			}
		}
		return
	}
	note, plain := b.callNote(r.call), plainBell(r.call)
	if r.note != nil {
		note, plain = subjectNote(r.note, r.about), r.note
	}
	if err := b.show(note); err != nil {
		b.log.Info("no notification with buttons", "err", err)
		b.actions.plain(plain)
	}
}

// deskNote is a notification of the desktop.
type deskNote struct {
	about        shownNote
	title, words string
	buttons      []string
	hints        map[string]dbus.Variant
	timeoutMs    int32 // 0: until it is taken back; -1: as the desktop does
}

// callNote is the notification of a call that rings.
func (b *desktopBell) callNote(call session.Incoming) deskNote {
	hints := map[string]dbus.Variant{
		"urgency":  dbus.MakeVariant(byte(2)),
		"category": dbus.MakeVariant("call.incoming"),
	}
	if b.sounds {
		hints["sound-name"] = dbus.MakeVariant("phone-incoming-call") // of the Sound Naming Specification
	} else {
		hints["suppress-sound"] = dbus.MakeVariant(true)
	}
	return deskNote{
		about: shownNote{call: call.ID}, title: incomingTitle(call), words: incomingWords(call),
		buttons: []string{actionAnswer, tr("ring.answer"), actionDecline, tr("ring.decline"), actionDefault, tr("tray.open")},
		hints:   hints,
	}
}

// subjectNote is the notification of something to look at.
func subjectNote(note *fyne.Notification, about subject) deskNote {
	category := "call.unanswered"
	if about == aboutFriend {
		category = "im.received"
	}
	return deskNote{
		about: shownNote{about: about}, title: note.Title, words: note.Content,
		buttons: []string{actionDefault, tr("tray.open")}, timeoutMs: -1,
		hints: map[string]dbus.Variant{"category": dbus.MakeVariant(category)},
	}
}

// connect opens a connection of its own: the tray closes the shared one.
func (b *desktopBell) connect(ctx context.Context) error {
	if b.bus != nil {
		return nil
	}
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return fmt.Errorf("reach the session bus: %w", err)
	}
	var can []string
	if err := bus.Object(notifyName, notifyPath).CallWithContext(ctx, notifyName+".GetCapabilities", 0).Store(&can); err != nil {
		_ = bus.Close()
		return fmt.Errorf("ask what notifications can do: %w", err)
	}
	match := []dbus.MatchOption{dbus.WithMatchObjectPath(notifyPath), dbus.WithMatchInterface(notifyName)}
	if err := bus.AddMatchSignalContext(ctx, match...); err != nil {
		_ = bus.Close()
		return fmt.Errorf("listen for the buttons of notifications: %w", err)
	}
	b.bus, b.buttons = bus, slices.Contains(can, "actions")
	b.signals = make(chan *dbus.Signal, bellWaiting)
	bus.Signal(b.signals)
	return nil
}

func (b *desktopBell) disconnect() {
	if b.bus == nil {
		return
	}
	for number := range b.shown {
		b.takeBack(number)
	}
	_ = b.bus.Close()
}

// show puts a notification on the desktop. That of a call stays until it is taken
// back.
func (b *desktopBell) show(note deskNote) error {
	ctx, cancel := context.WithTimeout(context.Background(), bellTimeout)
	defer cancel()
	if err := b.connect(ctx); err != nil {
		return err
	}
	buttons := note.buttons
	if !b.buttons {
		buttons = nil
	}
	var number uint32
	body := html.EscapeString(note.words) // some desktops read markup there
	err := b.bus.Object(notifyName, notifyPath).CallWithContext(ctx, notifyName+".Notify", 0,
		windowTitle, uint32(0), appID, note.title, body, buttons, note.hints, note.timeoutMs).Store(&number)
	if err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	b.shown[number] = note.about
	return nil
}

// takeBack removes a notification.
func (b *desktopBell) takeBack(number uint32) {
	delete(b.shown, number)
	ctx, cancel := context.WithTimeout(context.Background(), bellTimeout)
	defer cancel()
	_ = b.bus.Object(notifyName, notifyPath).CallWithContext(ctx, notifyName+".CloseNotification", 0, number).Err
}

// hear takes what the person did with a notification.
func (b *desktopBell) hear(signal *dbus.Signal) {
	var number uint32
	var action string
	switch signal.Name {
	case notifyName + ".ActionInvoked":
		if dbus.Store(signal.Body, &number, &action) != nil {
			return
		}
		b.act(number, action)
	case notifyName + ".NotificationClosed":
		var reason uint32
		if dbus.Store(signal.Body, &number, &reason) == nil {
			delete(b.shown, number)
		}
	}
}

// act does what a button says, for notifications of ours alone: everybody's
// signals come to everybody.
func (b *desktopBell) act(number uint32, action string) {
	note, ours := b.shown[number]
	switch {
	case !ours:
	case note.call == "" && action == actionDefault:
		b.actions.look(note.about)
	case note.call == "":
	case action == actionAnswer:
		b.actions.answer(note.call)
	case action == actionDecline:
		b.actions.decline(note.call)
	case action == actionDefault:
		b.actions.open()
	}
}
