package ui

import (
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

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

// wanted are the videos whose pictures the window wants, in order.
func (v *view) wanted() string {
	return strings.Join(slices.Sorted(maps.Keys(v.app.films.names())), " ")
}

// TestPicturesAreWantedWhileSeen holds that the app draws for tiles that can be
// seen, and for nobody else.
func TestPicturesAreWantedWhileSeen(t *testing.T) {
	v := english(t)
	v.openCall(sharing(calling(2), 1))
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"in the call", func() {}, "screenpeer1 self video0 video1"},
		{"on another page", func() { v.shell.open(pageHome); v.redraw() }, ""},
		{"back", func() { v.shell.open(pageCall); v.redraw() }, "screenpeer1 self video0 video1"},
		{"closed", v.hide, ""},
		{"a snapshot comes", func() { v.publish(sharing(calling(2), 1)) }, ""},
		{"open again", v.show, "screenpeer1 self video0 video1"},
		{"the own picture is hidden", v.shell.call.room.stage.toggleOwn, "screenpeer1 video0 video1"},
		{"somebody left", func() { v.publish(calling(1)) }, "video0"},
		{"the camera is off", func() {
			s := calling(1)
			s.Call.People[0].Videos = nil
			v.publish(s)
		}, ""},
		{"in a narrow window", func() { v.publish(calling(1)); v.window.Resize(fyne.NewSize(480, 600)); v.redraw() }, "video0"},
		{"behind a panel", func() { v.shell.call.room.toggle(panelChat) }, ""},
		{"before it", func() { v.shell.call.room.toggle(panelNone) }, "video0"},
		{"over", func() { v.publish(ended("")) }, ""},
	} {
		step.do()
		if got := v.wanted(); got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
}

// TestPicturesFitTheirTiles holds that views ask for the pixels of their tile,
// on screens with many pixels too, and that what is drawn has the tile's shape.
func TestPicturesFitTheirTiles(t *testing.T) {
	for _, scale := range []float32{1, 2} {
		v := english(t)
		v.window.Canvas().(test.WindowlessCanvas).SetScale(scale)
		s := calling(1)
		s.Call.Me.Camera = false
		v.openCall(s)
		p := v.shell.call.room.stage.tiles["person peer0"].pane
		large := scaled(stillOf("video0"), image.Pt(2560, 1440))
		v.app.films.names()["video0"].Show(large) // tells the shape
		v.app.films.names()["video0"].Show(large)
		size := p.picture.Image.Bounds().Size()
		want := p.Size()
		if d := float32(size.X) - want.Width*scale; d > 2 || d < -2 {
			t.Errorf("at %v: %d pixels for a width of %v", scale, size.X, want.Width)
		}
		if d := float32(size.Y) - want.Height*scale; d > 2 || d < -2 {
			t.Errorf("at %v: %d pixels for a height of %v", scale, size.Y, want.Height)
		}
		if !p.filled() {
			t.Error("the picture does not fill its tile")
		}
	}
}

// TestHalfOfAPictureIsSeenAtLeast holds that pictures are cut to the shape of
// their tile within reason, and screens never.
func TestHalfOfAPictureIsSeenAtLeast(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fills  bool
		place  image.Point
		wanted image.Point
		shape  float64
	}{
		{"same shape", true, image.Pt(640, 360), image.Pt(640, 360), 640.0 / 360},
		{"narrower", true, image.Pt(360, 300), image.Pt(533, 300), 1.2},
		{"much narrower", true, image.Pt(300, 900), image.Pt(600, 338), 8.0 / 9},
		{"much wider", true, image.Pt(2000, 300), image.Pt(1067, 600), 32.0 / 9},
		{"a screen", false, image.Pt(300, 900), image.Pt(300, 900), 16.0 / 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &pane{fills: tt.fills}
			if got := p.shape(tt.place, 16.0/9); got-tt.shape > 0.001 || tt.shape-got > 0.001 {
				t.Errorf("the shape is %v, want %v", got, tt.shape)
			}
			if got := p.wanted(tt.place, 16.0/9); got != tt.wanted {
				t.Errorf("a picture must fit %v, want %v", got, tt.wanted)
			}
		})
	}
}

func TestPixels(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i / 4 % 40) // the column
	}
	small := cut(picture, 1)
	if small.Rect.Size() != image.Pt(20, 20) || small.Pix[0] != 10 || small.Pix[4*19] != 29 || small.Pix[small.PixOffset(0, 19)] != 10 {
		t.Errorf("cut to %v, from column %d to %d", small.Rect, small.Pix[0], small.Pix[4*19])
	}
	mirror(small)
	if small.Pix[0] != 29 || small.Pix[4*19] != 10 {
		t.Errorf("turned round, columns go from %d to %d", small.Pix[0], small.Pix[4*19])
	}
	roundOff(small, 5)
	if small.Pix[0] != 0 || small.Pix[small.PixOffset(10, 0)] == 0 || small.Pix[small.PixOffset(19, 19)] != 0 {
		t.Error("the corners are not clear, or an edge is")
	}
	roundOff(small, 0)
	roundOff(image.NewRGBA(image.Rect(0, 0, 1, 1)), 30)
}

func TestPinning(t *testing.T) {
	v := english(t)
	v.openCall(calling(3))
	stage := v.shell.call.room.stage
	tile := stage.tiles["person peer2"]
	test.Tap(tile)
	if stage.order[0] != "person peer2" || !stage.large || !tile.cornerBox.Visible() {
		t.Errorf("a tap does not pin: %v", stage.order)
	}
	tile.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if stage.large {
		t.Error("Enter does not let go")
	}
	test.Tap(tile)
	v.publish(calling(2)) // the pinned one left
	if stage.large || stage.pinned != "" {
		t.Error("a tile of nobody is pinned")
	}
	v.asked(t)
}

func TestHidingTheOwnPicture(t *testing.T) {
	v := english(t)
	v.openCall(calling(1))
	stage := v.shell.call.room.stage
	test.TapAt(stage.own, fyne.NewPos(20, stage.own.Size().Height-20))
	if !stage.own.Visible() {
		t.Fatal("a tap beside the cross hides it")
	}
	stage.own.MouseIn(&desktop.MouseEvent{})
	test.TapAt(stage.own, fyne.NewPos(stage.own.Size().Width-20, 20))
	if stage.own.Visible() {
		t.Fatal("the cross does not hide it")
	}
	test.Tap(v.button(t, "Show me"))
	if !stage.own.Visible() {
		t.Error("it does not come back")
	}
}

func TestWhoIsLarge(t *testing.T) {
	now := time.Now()
	models := func(speaking ...string) []tileModel {
		var all []tileModel
		for _, key := range []string{"a", "b", "c", "d", "e"} {
			all = append(all, tileModel{key: key, speaking: slices.Contains(speaking, key)})
		}
		return all
	}
	s := newSpeakers()
	for _, step := range []struct {
		after    time.Duration
		speaking []string
		want     string
	}{
		{0, nil, "a"},
		{0, []string{"b"}, "a"}, // a cough
		{500 * time.Millisecond, nil, "a"},
		{0, []string{"b"}, "a"},
		{800 * time.Millisecond, []string{"b"}, "b"},
		{900 * time.Millisecond, []string{"b", "c"}, "b"}, // b speaks on
		{900 * time.Millisecond, []string{"c"}, "c"},
		{900 * time.Millisecond, nil, "c"},
	} {
		now = now.Add(step.after)
		if got := s.next(models(step.speaking...), now); got != step.want {
			t.Errorf("while %v speak, %q is large, want %q", step.speaking, got, step.want)
		}
	}
	with := func(change func([]tileModel)) []tileModel {
		all := models()
		change(all)
		return all
	}
	for _, tt := range []struct {
		name   string
		models []tileModel
		pinned string
		first  string
		large  bool
	}{
		{"few are alike", models()[:4], "", "a", false},
		{"the speaker of many", models(), "", "c", false},
		{"a screen", with(func(m []tileModel) { m[3].screen = true }), "", "d", true},
		{"the pinned one before a screen", with(func(m []tileModel) { m[3].screen = true }), "e", "e", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tiles, large := ordered(tt.models, tt.pinned, "c")
			if tiles[0].key != tt.first || large != tt.large || len(tiles) != len(tt.models) {
				t.Errorf("%q is first, large %v", tiles[0].key, large)
			}
		})
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
	v.asked(t, app.ShareScreen{ID: "w1", Motion: true})
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

func TestInitial(t *testing.T) {
	for name, want := range map[string]string{
		"alice": "A", "花子": "花", "": "?", "👵🏽 granny": "👵🏽", "e\u0301mile": "E\u0301", "👩‍🚀x": "👩‍🚀", "مريم": "م",
	} {
		if got := initial(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
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
func (b *fakeBell) stop(id string)             { b.heard = append(b.heard, "stop "+id) }
func (*fakeBell) close()                       {}

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
