package ui

import (
	"bufio"
	"fmt"
	"image"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

// childVariable makes the test binary run the real window instead of tests.
const childVariable = "TAKOSHOME_UI_CHILD"

// minimisedVariable has it start without its window.
const minimisedVariable = "TAKOSHOME_UI_MINIMISED"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	child := newChildApp()
	err := Run(child, Options{Version: "test", Minimised: os.Getenv(minimisedVariable) != "", Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	fmt.Println("closed", child.closed)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// childApp is a host without a network. It prints each command on stdout and
// takes orders on stdin.
type childApp struct {
	mu       sync.Mutex // protects all below
	snapshot *app.Snapshot
	watcher  func(*app.Snapshot)
	closed   bool

	commands chan app.Command
	raises   chan struct{}
	films    *films
}

func newChildApp() *childApp {
	c := &childApp{snapshot: stopped(), commands: make(chan app.Command, 16), raises: make(chan struct{}, 1), films: newFilms()}
	go c.work()
	go c.listen()
	return c
}

func (c *childApp) Send(command app.Command)       { c.commands <- command }
func (c *childApp) RaiseRequests() <-chan struct{} { return c.raises }

func (c *childApp) Show(video string, view *media.View) { c.films.show(video, view) }

func (c *childApp) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

func (c *childApp) Watch(fn func(*app.Snapshot)) func() {
	c.mu.Lock()
	c.watcher = fn
	snapshot := c.snapshot
	c.mu.Unlock()
	go fn(snapshot) // on a goroutine of the app, as the real one does
	return func() {}
}

// work does what commands ask for.
func (c *childApp) work() {
	for command := range c.commands {
		fmt.Printf("command %T\n", command)
		switch command := command.(type) {
		case app.AnswerCall, app.DeclineCall:
			c.change(func(s *app.Snapshot) { s.Call.Incoming = nil })
		case app.PrepareCall:
			c.publish(preparing())
		case app.JoinCall:
			c.publish(calling(2))
		case app.LeaveCall:
			c.publish(stopped())
		case app.SetMuted:
			c.change(func(s *app.Snapshot) { s.Call.Me.Muted = command.Muted })
		case app.StartHosting:
			c.publish(hosting())
		case app.StopHosting:
			c.publish(stopped())
		case app.NewInvitation:
			c.change(func(s *app.Snapshot) {
				s.Invitations = append([]app.Invitation{{
					ID: "new", Room: command.Room, User: command.User, CallType: command.CallType,
					JoinURL: "https://home.example:8443/j#i=" + command.Room, UsesLeft: 10, ExpiresAt: time.Now().Add(time.Hour),
				}}, s.Invitations...)
			})
		}
	}
}

func (c *childApp) change(do func(*app.Snapshot)) {
	c.mu.Lock()
	next := *c.snapshot
	c.mu.Unlock()
	do(&next)
	c.publish(&next)
}

func (c *childApp) publish(s *app.Snapshot) {
	c.mu.Lock()
	c.snapshot = s
	watcher := c.watcher
	c.mu.Unlock()
	if watcher != nil {
		watcher(s)
	}
}

// listen takes orders from the test.
func (c *childApp) listen() {
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		order, argument, _ := strings.Cut(orders.Text(), " ")
		switch order {
		case "people":
			people, _ := strconv.Atoi(argument)
			c.publish(call(people))
		case "incoming":
			c.change(func(s *app.Snapshot) {
				s.Call.Incoming = []session.Incoming{{ID: argument, From: "花子", CallType: "video"}}
			})
		case "missed":
			missed, _ := strconv.Atoi(argument)
			s := called(knowing(1))
			s.People.Missed = missed
			c.publish(s)
			// The next one would take its place if it came before it was drawn.
			fyne.DoAndWait(func() {})
		case "asking":
			asking, _ := strconv.Atoi(argument)
			c.publish(knowing(asking))
			fyne.DoAndWait(func() {})
		case "gone":
			c.change(func(s *app.Snapshot) { s.Call.Incoming = nil })
		case "call":
			people, _ := strconv.Atoi(argument)
			c.publish(calling(people))
		case "videos4":
			four := calling(4)
			four.Call.Me.Camera = false
			for i := range four.Call.People {
				four.Call.People[i].Videos = []session.Video{{ID: fmt.Sprint("video", i)}}
			}
			c.publish(four)
		case "film":
			go c.films.run(image.Pt(640, 360), 30, nil)
		case "videos":
			fmt.Println("videos", strings.Join(slices.Sorted(maps.Keys(c.films.names())), " "))
		case "raise":
			c.raises <- struct{}{}
		case "key":
			fyne.Do(func() { pressControl(fyne.KeyName(argument)) })
		case "clipboard":
			fyne.Do(func() { fmt.Println("clipboard", fyne.CurrentApp().Clipboard().Content()) })
		case "texts":
			fyne.Do(func() { fmt.Println("texts", strings.Join(texts(mainWindow().Content()), " | ")) })
		}
	}
}

// mainWindow is ours; Fyne's tray has an invisible one of its own.
func mainWindow() fyne.Window {
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		if w.Title() == windowTitle {
			return w
		}
	}
	return nil
}

// pressControl acts as a key pressed together with Control.
func pressControl(key fyne.KeyName) {
	mainWindow().Canvas().(fyne.Shortcutable).TypedShortcut(controlShortcut(key))
}

func controlShortcut(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}

// texts are all visible texts, in drawing order.
func texts(content fyne.CanvasObject) []string {
	var found []string
	walk(content, fyne.NewPos(0, 0), func(object fyne.CanvasObject, _ fyne.Position) {
		if text, ok := object.(*canvas.Text); ok && text.Text != "" {
			found = append(found, text.Text)
		}
	})
	return found
}
