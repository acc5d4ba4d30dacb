package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

const someLink = "https://home.example:8443/j#i=Zk3vT0xW9qLr2mN8bHc5"

func TestJoiningByLink(t *testing.T) {
	v := english(t)
	v.publish(stopped())
	form := v.shell.home.join
	v.fyne.Clipboard().SetContent("a secret that is no link")
	test.Tap(v.button(t, "Paste and join"))
	v.asked(t)
	v.says(t, "There is no link in the clipboard.")
	if strings.Contains(strings.Join(texts(v.window.Content()), " "), "secret") {
		t.Error("the window shows what was copied elsewhere")
	}

	test.Type(form.field, someLink)
	test.Tap(v.button(t, "Join"))
	v.asked(t, app.PrepareCall{Link: someLink})
	if form.field.Text != "" {
		t.Error("the link, which is a secret, stays in the field")
	}
	if v.shell.page != pageCall {
		t.Error("the call does not open")
	}
	v.fyne.Clipboard().SetContent(" takoshome:" + someLink + "\n")
	test.Tap(v.button(t, "Paste and join"))
	v.asked(t, app.PrepareCall{Link: "takoshome:" + someLink})
	test.Type(v.shell.call.form.field, "whatever")
	v.shell.call.form.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	v.asked(t, app.PrepareCall{Link: "whatever"}) // the app says what is wrong with it
}

func TestJoiningTheOwnInvitation(t *testing.T) {
	v := english(t)
	s := hosting()
	s.Invitations = invitations(2)
	v.publish(s)
	test.Tap(v.shell.home.view.join)
	v.asked(t, app.PrepareCall{Link: s.Invitations[0].JoinURL})
	v.shell.home.show(s.Invitations[1])
	if v.shell.home.view.join.Visible() {
		t.Error("a link that works once, for a friend, can be used up by oneself")
	}
}

func TestBeforeJoining(t *testing.T) {
	v := english(t)
	s := preparing()
	s.Call.Me.Name = ""
	v.publish(s)
	if v.shell.page != pageCall {
		t.Fatal("a call that began elsewhere does not open its page")
	}
	v.says(t, "Join “Movie night”")
	v.says(t, "Video call at home.example:8443")
	p := v.shell.call.prepare
	if !p.join.Disabled() {
		t.Error("one can join without a name")
	}
	if v.window.Canvas().Focused() != p.name {
		t.Error("the name is not asked for")
	}
	test.Type(p.name, "  Taro ")
	test.Tap(p.join)
	v.asked(t, app.JoinCall{Name: "Taro"})

	s = preparing()
	s.Call.State = session.StateJoining
	v.publish(s)
	if !p.join.Disabled() || p.join.text != "Joining..." {
		t.Errorf("the button says %q", p.join.text)
	}
	test.Tap(v.button(t, "Cancel"))
	v.asked(t, app.LeaveCall{})

	s = preparing()
	s.Call.Problem = &session.Problem{Key: session.ProblemBadName}
	v.publish(s)
	v.says(t, "Choose another one of 1 to 40 characters")

	s = preparing()
	s.Call.NeedsName = false
	v.publish(s)
	test.Tap(p.join)
	v.asked(t, app.JoinCall{})
}

func TestChoosingDevices(t *testing.T) {
	v := english(t)
	v.publish(preparing())
	controls := v.shell.call.prepare.controls
	microphone, speaker, camera := controls.pickers[0], controls.pickers[1], controls.pickers[2]
	if got := camera.choice.Options; got[0] != "Default: HD Pro Webcam C920" || got[len(got)-1] != "No camera" {
		t.Errorf("the cameras are %q", got)
	}
	microphone.choice.SetSelected("USB Headset")
	v.asked(t, app.ChooseDevice{Kind: session.Microphone, ID: "m1"})
	v.publish(preparing()) // was on its way before the choice
	if microphone.choice.Selected != "USB Headset" {
		t.Error("the choice jumps back")
	}
	speaker.choice.SetSelected("No speaker")
	v.asked(t, app.ChooseDevice{Kind: session.Speaker, ID: media.None})
	camera.choice.SetSelectedIndex(0)
	v.asked(t, app.ChooseDevice{Kind: session.Camera, ID: media.Default})

	if controls.switches.Visible() {
		t.Error("the switches are there from the beginning")
	}
	test.Tap(v.button(t, "Sound settings"))
	test.Tap(controls.noise.check)
	v.asked(t, app.SetProcessing{Processing: media.Processing{Echo: true}})
	test.Tap(controls.gain.check)
	v.asked(t, app.SetProcessing{Processing: media.Processing{Echo: true, Gain: true}})
	test.Tap(controls.talk.check)
	v.asked(t, app.SetPushToTalk{On: true})
}

// TestDevicesThatAreNotThere holds that they are a sentence, not an obstacle.
func TestDevicesThatAreNotThere(t *testing.T) {
	v := english(t)
	s := preparing()
	s.Call.Devices, s.Call.Choice.Microphone = media.Devices{}, "gone1"
	s.Call.Troubles = []session.DeviceTrouble{
		{Kind: session.Microphone, Name: "Old Headset", Trouble: media.TroubleGone},
		{Kind: session.Camera, Trouble: media.TroubleBusy},
	}
	v.publish(s)
	v.says(t, "The microphone Old Headset is not connected.")
	v.says(t, "Another program is using the camera.")
	if got := v.shell.call.prepare.controls.pickers[0].choice.Selected; got != "Old Headset" {
		t.Errorf("the chosen microphone is %q", got)
	}
	if v.shell.call.prepare.join.Disabled() {
		t.Error("one cannot join")
	}
}

func TestPickerOptionsAreDistinct(t *testing.T) {
	speak(t, "en")
	twice := []media.Device{{ID: "a", Name: "Webcam"}, {ID: "b", Name: "Webcam"}, {ID: "c", Name: "System default"}}
	var got []string
	for _, option := range pickerOptions(session.Camera, twice, media.Default, nil) {
		got = append(got, option.text)
	}
	if want := "System default|Webcam|Webcam (2)|System default (2)|No camera"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestEveryProblemHasItsWords holds that each reason is a title and a sentence
// that says what to do, with every place filled.
func TestEveryProblemHasItsWords(t *testing.T) {
	for _, language := range []string{"en", "ja"} {
		v := newView(t, language, theme.VariantLight, wide())
		for _, problem := range constants(t, "../app/session/snapshot.go", "Problem") {
			v.publish(ended(problem))
			title, sentence := problemWords(&ended(problem).Call)
			for _, text := range []string{title, sentence} {
				if len(text) < 8 || strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
					t.Errorf("%s, %s: %q", language, problem, text)
				}
			}
		}
		for _, kind := range []session.DeviceKind{session.Microphone, session.Speaker, session.Camera, session.Screen} {
			for _, trouble := range []media.Trouble{media.TroubleGone, media.TroubleBusy, media.TroubleDenied, media.TroubleBroken, "new"} {
				if words := troubleWords(session.DeviceTrouble{Kind: kind, Name: "X", Trouble: trouble}); len(words) < 8 || strings.HasPrefix(words, "trouble.") {
					t.Errorf("%s, %s %s: %q", language, kind, trouble, words)
				}
			}
		}
	}
}

// TestBadLinkFromElsewhere holds that a link that is bad at once, such as one of
// the command line, opens the page that says so.
func TestBadLinkFromElsewhere(t *testing.T) {
	v := english(t)
	v.publish(stopped())
	v.publish(ended(session.ProblemExpired))
	if v.shell.page != pageCall {
		t.Error("nobody sees why the call does not begin")
	}
}

func TestNoDeviceAtAll(t *testing.T) {
	english(t)
	for _, kind := range []session.DeviceKind{session.Microphone, session.Speaker, session.Camera} {
		words := troubleWords(session.DeviceTrouble{Kind: kind, Trouble: media.TroubleGone})
		if !strings.HasPrefix(words, "No "+string(kind)+" was found") {
			t.Errorf("%s: %q", kind, words)
		}
	}
}

// TestCertificateCannotBeClickedThrough holds that a computer that is not the
// friend's is a warning with one way: back.
func TestCertificateCannotBeClickedThrough(t *testing.T) {
	for _, problem := range []string{session.ProblemCertificate, session.ProblemUntrusted} {
		v := english(t)
		s := ended(problem)
		s.Call.Again = true // whatever the app says
		v.publish(s)
		v.shell.open(pageCall)
		v.redraw()
		if v.shell.call.ended.again.Visible() {
			t.Errorf("%s can be clicked through", problem)
		}
		test.Tap(v.button(t, "Back"))
		v.asked(t, app.LeaveCall{})
	}
}

func TestAfterTheCall(t *testing.T) {
	v := english(t)
	v.openCall(calling(2))
	s := ended(session.ProblemHostGone)
	s.Call.Again = true
	v.publish(s)
	v.says(t, "The host is gone")
	v.says(t, "home.example:8443 did not come back")
	test.Tap(v.button(t, "Join again"))
	v.asked(t, app.JoinCall{})
	v.publish(ended(session.ProblemExpired))
	if v.shell.call.ended.again.Visible() {
		t.Error("a link that no longer works can be tried again")
	}
	if len(v.app.films.names()) > 0 {
		t.Errorf("pictures are still wanted: %v", v.app.films.names())
	}
}
