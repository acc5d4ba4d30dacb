package ui

import (
	"errors"
	"image/color"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

func TestClosingIntoTheTray(t *testing.T) {
	v := english(t)
	v.publish(hosting())
	v.closeWith(true)
	if v.visible || v.shell.bar.object.Visible() {
		t.Error("the window stays where a tray shows icons")
	}
}

func TestClosingWithoutATray(t *testing.T) {
	v := english(t)
	v.publish(hosting())
	v.closing()
	if !v.visible {
		t.Fatal("the window went without a word")
	}
	v.says(t, "start it again to bring the window back")
	test.Tap(v.shell.bar.cross)
	if !v.visible || v.shell.bar.object.Visible() {
		t.Fatal("turning the question down did something else")
	}
	v.closing()
	test.Tap(v.shell.bar.button)
	if v.visible {
		t.Fatal("the window stays after the answer")
	}
	v.raise() // a second start
	if !v.visible {
		t.Fatal("a second start does not bring the window back")
	}
	v.closing()
	if v.visible {
		t.Error("the person is told a second time")
	}
	v.asked(t) // the host goes on
}

func TestQuittingACallAsksFirst(t *testing.T) {
	v := english(t)
	v.publish(call(2))
	test.Tap(v.button(t, "Quit"))
	v.says(t, "2 people are in a call. Quitting ends it.")
	if v.feed.closed.Load() {
		t.Fatal("quit without an answer")
	}
	test.Tap(v.shell.bar.button)
	if !v.feed.closed.Load() {
		t.Error("did not quit")
	}
}

func TestQuestionsStandOverNotices(t *testing.T) {
	v := english(t)
	s := call(2)
	s.Notice = &app.Notice{Key: "notice.peerRemoved", Args: map[string]string{"peer": "Zoë"}}
	v.publish(s)
	v.says(t, "Zoë was removed")
	v.askStop()
	v.publish(s)
	v.says(t, "Stopping ends it.")
	v.forget()
	v.says(t, "Zoë was removed")
}

func TestShortcuts(t *testing.T) {
	v := english(t)
	s := call(2)
	s.Identity = knowing(0).Identity
	v.publish(s)
	press := func(key fyne.KeyName) {
		shortcut := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
		v.window.Canvas().(fyne.Shortcutable).TypedShortcut(shortcut)
	}
	press(fyne.Key2)
	v.says(t, "Join with a link")
	press(fyne.Key3)
	v.says(t, "Add a friend")
	press(fyne.Key4)
	v.says(t, "Coming in")
	v.selectRow("Movie night", "花子")
	v.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if v.shell.panel.detail.object.Visible() {
		t.Error("Escape leaves the details open")
	}
	press(fyne.Key1)
	v.says(t, "Invite friends")
	press(fyne.KeyQ)
	v.says(t, "Quitting ends it.")
}

// TestEverythingByKeyboard goes through the window with Tab and holds that each
// button and field is reached, shows its focus, and that Space and Enter press.
func TestEverythingByKeyboard(t *testing.T) {
	v := newView(t, "en", theme.VariantLight, fyne.NewSize(960, 1400))
	s := hosting()
	s.Invitations = invitations(2)
	v.publish(s)
	wanted := make(map[fyne.CanvasObject]bool)
	walk(v.window.Content(), fyne.NewPos(0, 0), func(object fyne.CanvasObject, _ fyne.Position) {
		if _, ok := object.(fyne.Focusable); ok {
			wanted[object] = true
		}
	})
	if len(wanted) < 15 {
		t.Fatalf("only %d things can have the focus", len(wanted))
	}
	for range len(wanted) {
		test.FocusNext(v.window.Canvas())
		focused := v.window.Canvas().Focused()
		delete(wanted, focused.(fyne.CanvasObject))
		if b, ok := focused.(*pushButton); ok {
			if ring := test.WidgetRenderer(b).(*buttonRenderer).ring; alphaOf(ring.StrokeColor) == 0 {
				t.Errorf("the button %q does not show its focus", b.text)
			}
		}
	}
	for object := range wanted {
		t.Errorf("%T is not reached: %+v", object, object)
	}
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn} {
		v.shell.home.host.button.TypedKey(&fyne.KeyEvent{Name: key})
		v.asked(t, app.StopHosting{})
	}
}

func alphaOf(c color.Color) uint32 {
	_, _, _, alpha := c.RGBA()
	return alpha
}

func TestNarrowWindowHasARail(t *testing.T) {
	v := english(t)
	v.publish(hosting())
	if v.shell.nav.rail {
		t.Error("a wide window has the rail")
	}
	v.window.Resize(fyne.NewSize(480, 600))
	if !v.shell.nav.rail {
		t.Error("a narrow window has no rail")
	}
	if least := v.window.Content().MinSize(); least.Width > 480 || least.Height > 600 {
		t.Errorf("the window does not become smaller than %v", least)
	}
	checkInside(t, v)
}

// TestContrast holds the texts against their grounds as WCAG 2.2 success
// criterion 1.4.3 measures them: 4.5 for text, 3 for large or bold marks.
func TestContrast(t *testing.T) {
	for _, tt := range []struct {
		ink, ground fyne.ThemeColorName
		least       float64
	}{
		{theme.ColorNameForeground, theme.ColorNameBackground, 7},
		{theme.ColorNameForeground, colorCard, 7},
		{theme.ColorNameForeground, colorTint, 7},
		{theme.ColorNameForeground, colorBadTint, 7},
		{theme.ColorNameForeground, colorGrayTint, 7},
		{colorMuted, theme.ColorNameBackground, 4.5},
		{colorMuted, colorCard, 4.5},
		{colorMuted, colorNav, 4.5},
		{colorBad, colorCard, 4.5},
		{colorOnAccent, colorAccent, 3},
		{colorAccent, colorCard, 3},
		{colorAccent, colorTint, 3},
		{colorGood, colorNav, 2.8}, // a dot with a word beside it
		{colorOutgoing, colorCard, 3},
	} {
		for name, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
			ink, _ := toneOf(tt.ink)
			ground, _ := toneOf(tt.ground)
			a, b := luminance(ink, variant), luminance(ground, variant)
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < tt.least {
				t.Errorf("%s: %s on %s has %.2f, want %v", name, tt.ink, tt.ground, ratio, tt.least)
			}
		}
	}
}

func luminance(of tone, variant fyne.ThemeVariant) float64 {
	c := of.in(variant)
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestNoDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "wayland-0") // GLFW here speaks X11
	fake := newFakeApp()
	err := Run(fake, Options{})
	if !errors.Is(err, ErrNoDisplay) || !strings.Contains(err.Error(), "takoshome serve") {
		t.Errorf("got %v", err)
	}
	if !fake.closed {
		t.Error("the app goes on")
	}
}

func TestRaiser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		requests, raised := make(chan struct{}), 0
		r := startRaiser(requests, func() { raised++ })
		requests <- struct{}{}
		requests <- struct{}{}
		synctest.Wait()
		r.stop()
		if raised != 2 {
			t.Errorf("raised %d times, want 2", raised)
		}
		closed := make(chan struct{})
		close(closed)
		startRaiser(closed, func() { t.Error("raised by a closed channel") }).stop()
	})
}

// TestFeed holds that only the newest of many snapshots is drawn, and none
// after the end.
func TestFeed(t *testing.T) {
	var drawn []*app.Snapshot
	f := feed{draw: func(s *app.Snapshot) { drawn = append(drawn, s) }, poke: func() {}}
	first, second, third := &app.Snapshot{}, &app.Snapshot{}, &app.Snapshot{}
	f.waiting.Store(true) // Fyne is busy
	f.publish(first)
	f.publish(second)
	if len(drawn) != 0 {
		t.Fatal("drawn while Fyne is busy")
	}
	f.deliver()
	f.publish(third)
	f.close()
	f.publish(first)
	f.deliver()
	if len(drawn) != 2 || drawn[0] != second || drawn[1] != third {
		t.Errorf("drew %d snapshots", len(drawn))
	}
}

// TestIdler holds that Fyne's goroutine sleeps while the window is hidden, is
// woken at once by work, and runs freely again when the window is back.
func TestIdler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var queue []func()
		i := newIdler()
		i.do = func(f func()) { queue = append(queue, f) }
		next := func() time.Duration {
			t.Helper()
			if len(queue) != 1 {
				t.Fatalf("%d things wait", len(queue))
			}
			f := queue[0]
			queue = nil
			before := time.Now()
			f()
			return time.Since(before)
		}
		i.rest()
		i.rest() // hidden twice, slept once
		if got := next(); got != parkTime {
			t.Errorf("slept %v, want %v", got, parkTime)
		}
		i.poke()
		if got := next(); got != 0 {
			t.Errorf("slept %v although there is work", got)
		}
		if got := next(); got != parkTime {
			t.Errorf("slept %v, want %v", got, parkTime)
		}
		i.work()
		if got := next(); got != 0 || len(queue) != 0 {
			t.Errorf("slept %v with the window open, %d things wait", got, len(queue))
		}
		i.rest()
		if len(queue) != 1 {
			t.Error("does not sleep a second time")
		}
	})
}
