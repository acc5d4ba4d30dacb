package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// TestMutedWinsOverPushToTalk holds that who is muted can unmute, and does not
// talk to nobody.
func TestMutedWinsOverPushToTalk(t *testing.T) {
	v := english(t)
	s := calling(2)
	s.Call.Me.PushToTalk, s.Call.Me.Muted, s.Call.Me.Talking = true, true, true
	v.openCall(s)
	if hears(s.Call.Me) {
		t.Error("somebody muted is shown as heard")
	}
	bar := v.shell.call.room.bar
	if got, want := muteWord(s.Call.Me), "Unmute"; got != want {
		t.Errorf("the button says %q, want %q", got, want)
	}
	test.Tap(bar.mute)
	v.asked(t, app.SetMuted{})
	v.keyDown(&fyne.KeyEvent{Name: fyne.KeyM})
	v.asked(t, app.SetMuted{})
}

func TestKeysOfTheCall(t *testing.T) {
	v := english(t)
	v.openCall(calling(2))
	down := func(key fyne.KeyName) { v.keyDown(&fyne.KeyEvent{Name: key}) }
	up := func(key fyne.KeyName) { v.keyUp(&fyne.KeyEvent{Name: key}) }
	down(fyne.KeyM)
	v.asked(t, app.SetMuted{Muted: true})
	down(fyne.KeySpace)
	v.asked(t) // push-to-talk is off

	s := calling(2)
	s.Call.Me.PushToTalk = true
	v.publish(s)
	down(fyne.KeySpace)
	down(fyne.KeySpace)
	up(fyne.KeySpace)
	v.asked(t, app.Talk{Down: true}, app.Talk{})
	mute := v.shell.call.room.bar.mute
	mute.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	v.asked(t) // Space talks, whatever has the focus

	controls := v.shell.call.room.devices.controls
	v.shell.call.room.toggle(panelDevices)
	controls.unfold()
	controls.talk.check.TypedRune(' ')
	controls.pickers[0].choice.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	v.asked(t) // nor does it switch the mode off
	if v.window.Canvas().Overlays().Top() != nil {
		t.Error("Space opens a choice")
	}
	controls.talk.check.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if v.shell.call.room.open != panelNone {
		t.Error("Escape is lost in a switch")
	}

	mute.MouseDown(&desktop.MouseEvent{})
	mute.MouseUp(&desktop.MouseEvent{})
	test.Tap(mute)
	v.asked(t, app.Talk{Down: true}, app.Talk{})

	for name, end := range map[string]func(){
		"the window closes":     v.hide,
		"another window opens":  v.stopTalking, // as Run asks Fyne
		"the mode is off":       func() { v.publish(calling(2)) },
		"the call ends":         func() { v.publish(ended("")) },
		"a text field is taken": func() { v.shell.call.room.chat.field.FocusGained() },
	} {
		v.show()
		v.publish(s)
		v.shell.open(pageCall)
		v.app.taken()
		down(fyne.KeySpace)
		end()
		if got := v.app.taken(); !slices.Equal(got, []app.Command{app.Talk{Down: true}, app.Talk{}}) {
			t.Errorf("%s: got %v", name, got)
		}
	}
	v.shell.open(pageHome)
	down(fyne.KeyM)
	v.asked(t)
}

func TestFullScreen(t *testing.T) {
	v := english(t)
	v.publish(stopped())
	press := func(key fyne.KeyName) { v.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: key}) }
	press(fyne.KeyF11)
	if v.shell.full {
		t.Error("full screen without a call")
	}
	v.openCall(calling(2))
	press(fyne.KeyF11)
	if !v.shell.full || !v.window.FullScreen() || v.shell.nav.object.Visible() {
		t.Fatal("F11 does not fill the screen")
	}
	press(fyne.KeyEscape)
	if v.shell.full || v.window.FullScreen() || !v.shell.nav.object.Visible() {
		t.Fatal("Escape does not bring the window back")
	}
	press(fyne.KeyF11)
	v.publish(ended(""))
	if v.shell.full || v.window.FullScreen() {
		t.Error("full screen goes on without the call")
	}
}

// TestCallByKeyboard goes through a call with Tab and holds that every button,
// tile and field is reached.

func TestCallByKeyboard(t *testing.T) {
	v := newView(t, "en", theme.VariantLight, fyne.NewSize(1200, 1000))
	v.openCall(calling(3))
	for _, panel := range []sidePanel{panelNone, panelPeople, panelShare, panelDevices, panelChat} {
		if panel != panelNone {
			v.shell.call.room.toggle(panel)
		}
		v.publish(calling(3))
		wanted := make(map[fyne.CanvasObject]bool)
		walk(v.window.Content(), fyne.NewPos(0, 0), func(object fyne.CanvasObject, _ fyne.Position) {
			if _, ok := object.(fyne.Focusable); ok {
				wanted[object] = true
			}
		})
		for range len(wanted) {
			test.FocusNext(v.window.Canvas())
			focused := v.window.Canvas().Focused()
			delete(wanted, focused.(fyne.CanvasObject))
			if tile, ok := focused.(*callTile); ok && tile.ring.edge != colorAccent {
				t.Errorf("the tile of %q does not show its focus", tile.model.name)
			}
		}
		for object := range wanted {
			t.Errorf("panel %d: %T is not reached", panel, object)
		}
	}
}

func TestQuittingTheOwnCallAsksFirst(t *testing.T) {
	v := english(t)
	v.publish(calling(2))
	test.Tap(v.button(t, "Quit"))
	v.says(t, "You are in a call. Quitting ends it for you.")
	if v.feed.closed.Load() {
		t.Fatal("quit without an answer")
	}
	test.Tap(v.shell.bar.button)
	if !v.feed.closed.Load() {
		t.Error("did not quit")
	}
}

func TestNavigationMarksTheCall(t *testing.T) {
	v := english(t)
	for _, tt := range []struct {
		snapshot *app.Snapshot
		mark     string
	}{{stopped(), ""}, {preparing(), " "}, {calling(1), " "}, {ended(""), ""}} {
		v.publish(tt.snapshot)
		if got := v.shell.nav.items[pageCall].mark; got != tt.mark {
			t.Errorf("%s: the mark is %q, want %q", tt.snapshot.Call.State, got, tt.mark)
		}
	}
}
