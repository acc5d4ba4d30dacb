package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

func TestCallBar(t *testing.T) {
	v := english(t)
	s := calling(2)
	v.openCall(s)
	for _, tt := range []struct {
		button string
		want   app.Command
	}{
		{"Mute", app.SetMuted{Muted: true}},
		{"Camera off", app.SetCamera{}},
		{"Deafen", app.SetDeafened{Deafened: true}},
		{"Hang up", app.LeaveCall{}},
	} {
		test.Tap(v.button(t, tt.button))
		v.asked(t, tt.want)
	}
	s = calling(2)
	s.Call.Me.Muted, s.Call.Me.Deafened, s.Call.Me.Camera = true, true, false
	v.publish(s)
	for _, tt := range []struct {
		button string
		want   app.Command
	}{
		{"Unmute", app.SetMuted{}},
		{"Camera on", app.SetCamera{On: true}},
		{"Hear again", app.SetDeafened{}},
	} {
		test.Tap(v.button(t, tt.button))
		v.asked(t, tt.want)
	}
	s = calling(2)
	s.Call.CallType, s.Call.CanChat = "audio", false
	v.publish(s)
	bar := v.shell.call.room.bar
	if bar.camera.Visible() || bar.share.Visible() || bar.chat.Visible() {
		t.Error("a voice call on a host without chat offers camera, screen or chat")
	}
}

func TestChat(t *testing.T) {
	v := english(t)
	before := calling(2)
	before.Call.Chat = []session.ChatMessage{{From: "Alice", Text: "written before", At: time.Now().Add(-time.Hour)}}
	v.openCall(before)
	bar, chat := v.shell.call.room.bar, v.shell.call.room.chat
	if bar.chat.mark != "" {
		t.Errorf("what was written before one came is news: %q", bar.chat.mark)
	}
	s := calling(2)
	s.Call.Chat = append(before.Call.Chat, session.ChatMessage{Text: "mine", At: time.Now()},
		session.ChatMessage{From: "Alice", Text: "hello\u202e", At: time.Now()})
	v.publish(s)
	if bar.chat.mark != "1" {
		t.Errorf("one message is unread, the mark says %q", bar.chat.mark)
	}
	test.Tap(v.button(t, "Chat"))
	v.says(t, "hello")
	if bar.chat.mark != "" {
		t.Errorf("what is seen is unread: %q", bar.chat.mark)
	}
	if v.window.Canvas().Focused() != chat.field {
		t.Error("one cannot type at once")
	}
	test.Tap(chat.rows.Objects[2].(*fyne.Container).Objects[1].(*fyne.Container).Objects[0].(*fyne.Container).Objects[0].(*fyne.Container).Objects[2].(*pushButton))
	if got := v.fyne.Clipboard().Content(); got != "hello\u202e" {
		t.Errorf("copied %q", got)
	}
	test.Type(chat.field, "  Good evening ")
	chat.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	v.asked(t, app.SendChat{Text: "Good evening"})
	chat.submit() // nothing to send
	v.asked(t)
	chat.field.SetText(strings.Repeat("あ", 3000))
	chat.submit()
	if sent := v.app.taken(); len([]rune(sent[0].(app.SendChat).Text)) != mostChatSent {
		t.Errorf("sent %d characters", len([]rune(sent[0].(app.SendChat).Text)))
	}
	chat.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if v.shell.call.room.open != panelNone {
		t.Error("Escape in the field does not close the chat")
	}
	v.publish(ended(""))
	v.publish(calling(1))
	if len(chat.rows.Objects) > 0 || chat.unread > 0 {
		t.Error("another call shows the old chat")
	}
}

// TestLongChat holds that much text comes in pages.

func TestLongChat(t *testing.T) {
	v := english(t)
	s := calling(1)
	for i := range 60 {
		s.Call.Chat = append(s.Call.Chat, session.ChatMessage{
			From: "Alice", Text: strings.Repeat("と言いました、", 60) + strings.Repeat("\n", 90), At: time.Now().Add(time.Duration(i) * time.Second),
		})
	}
	v.openCall(s)
	chat := v.shell.call.room.chat
	test.Tap(v.button(t, "Chat"))
	before := len(chat.rows.Objects)
	if before == 0 || before > 10 {
		t.Errorf("%d long messages are laid out at once", before)
	}
	test.Tap(v.button(t, "Show earlier messages"))
	if got := len(chat.rows.Objects); got <= before {
		t.Errorf("%d messages, before %d", got, before)
	}
}

func TestPeoplePanel(t *testing.T) {
	v := english(t)
	v.openCall(calling(4))
	test.Tap(v.button(t, "People"))
	v.says(t, "5 people")
	v.says(t, "Taro (you)")
	v.says(t, "Weak connection: picture and sound may have gaps.")
	row := v.shell.call.room.people.people["peer1"]
	row.slider.SetValue(150)
	v.asked(t, app.SetVolume{PeerID: "peer1", Percent: 150})
	v.publish(calling(4)) // was on its way before
	if row.slider.Value != 150 || row.percent.text != "150 %" {
		t.Errorf("the slider jumped back to %v", row.slider.Value)
	}
	test.Tap(row.silence)
	v.asked(t, app.SetSilenced{PeerID: "peer1", Silenced: true})
	v.publish(calling(1))
	if len(v.shell.call.room.people.people) != 1 {
		t.Error("who left is still listed")
	}
}

func TestSharing(t *testing.T) {
	v := english(t)
	v.openCall(calling(1))
	test.Tap(v.button(t, "Share"))
	panel := v.shell.call.room.share
	test.Tap(panel.buttons[2])
	test.Tap(v.button(t, "Motion"))
	test.Tap(panel.share)
	v.asked(t, app.ShareScreen{ID: "window:1", Motion: true})
	s := calling(1)
	s.Call.Me.Sharing = true
	v.publish(s)
	if got := v.wanted(); got != "screen self video0" {
		t.Errorf("the pictures wanted are %q", got)
	}
	test.Tap(v.button(t, "Stop sharing"))
	v.asked(t, app.StopSharing{})
	s = calling(1)
	s.Call.Devices.Screens = nil
	v.publish(s)
	v.says(t, "No screen can be shared")
	if !panel.share.Disabled() {
		t.Error("nothing can be shared")
	}
}

// TestNoCameraIsNoAlarm holds that a computer without a camera is not warned of
// throughout the call.
func TestNoCameraIsNoAlarm(t *testing.T) {
	v := english(t)
	s := calling(2)
	s.Call.Troubles = []session.DeviceTrouble{{Kind: session.Camera, Trouble: media.TroubleGone}}
	v.openCall(s)
	if m := v.callMessage(); m != nil {
		t.Errorf("the bar says %q", m.text)
	}
	s = calling(2)
	s.Call.Troubles = []session.DeviceTrouble{{Kind: session.Microphone, Trouble: media.TroubleGone}}
	v.publish(s)
	if m := v.callMessage(); m == nil {
		t.Error("nobody says that there is no microphone")
	}
}

func TestBarOfTheCall(t *testing.T) {
	v := english(t)
	v.openCall(calling(1))
	if v.shell.bar.object.Visible() {
		t.Error("the bar is there while all is well")
	}
	s := calling(1)
	s.Call.State = session.StateReconnecting
	v.publish(s)
	v.says(t, "Trying again")
	if !v.shell.call.room.object.Visible() {
		t.Error("the faces are gone while reconnecting")
	}
	test.Tap(v.shell.bar.button)
	v.asked(t, app.LeaveCall{})

	s = calling(1)
	s.Call.Troubles = []session.DeviceTrouble{{Kind: session.Camera, Name: "Webcam", Trouble: media.TroubleGone}}
	v.shell.open(pageHome)
	v.publish(s)
	v.says(t, "The camera Webcam is not connected.")
	test.Tap(v.shell.bar.button)
	if v.shell.page != pageCall || v.shell.call.room.open != panelDevices {
		t.Error("the button does not open the devices")
	}

	s = calling(1)
	s.Call.Me.Quality = session.QualityWeak
	v.publish(s)
	v.says(t, "Your connection is weak")
	s = calling(1)
	s.Call.Me.Muted, s.Call.Me.SpeakingWhileMuted = true, true
	v.publish(s)
	v.says(t, "You are muted. Press M to be heard.")
}

func TestWordsAboutConnections(t *testing.T) {
	speak(t, "en")
	for _, tt := range []struct {
		model tileModel
		want  string
	}{
		{tileModel{name: "Hanako", quality: session.QualityGood}, ""},
		{tileModel{name: "Hanako"}, ""},
		{tileModel{name: "Hanako", quality: session.QualityWeak}, "Hanako’s connection is weak"},
		{tileModel{name: "Hanako", quality: session.QualityBad}, "Hanako’s connection is very weak"},
		{tileModel{self: true, quality: session.QualityWeak}, "Your connection is weak"},
		{tileModel{self: true, quality: session.QualityBad}, "Your connection is very weak"},
		{tileModel{name: "Hanako", frozen: true}, "Hanako’s picture has stopped"},
	} {
		if got := tt.model.note(); !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestIncomingCall(t *testing.T) {
	v := english(t)
	bell := &fakeBell{}
	v.bell = bell
	s := hosting()
	s.Call.Incoming = []session.Incoming{{ID: "1", From: "花子", CallType: "video"}, {ID: "2", From: "\u202e", CallType: "audio"}}
	v.publish(s)
	v.publish(s)
	v.says(t, "花子 is calling")
	v.says(t, "? is calling")
	test.Tap(v.button(t, "Decline")) // the last one found
	v.asked(t, app.DeclineCall{ID: "2"})
	s = hosting()
	s.Call.Incoming = []session.Incoming{{ID: "1", From: "花子", CallType: "video"}}
	v.publish(s)
	v.hide()
	v.answer("1") // the button of the desktop's notification
	v.asked(t, app.AnswerCall{ID: "1"})
	if !v.visible || v.shell.page != pageCall {
		t.Error("answering does not bring the call up")
	}
	v.publish(calling(1))
	if v.shell.rings.object.Visible() {
		t.Error("it rings on")
	}
	if got, want := fmt.Sprint(bell.heard), "[ring 1 ring 2 stop 2 stop 1]"; got != want {
		t.Errorf("the desktop heard %v, want %v", got, want)
	}
}

// fakeBell notes what the desktop is told.

type fakeBell struct{ heard []string }

func (b *fakeBell) ring(call session.Incoming) { b.heard = append(b.heard, "ring "+call.ID) }

func (b *fakeBell) stop(id string) { b.heard = append(b.heard, "stop "+id) }

func (b *fakeBell) tell(note *fyne.Notification, _ subject) {
	b.heard = append(b.heard, note.Title+": "+note.Content)
}

func (*fakeBell) close() {}
