package ui

import (
	"image"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

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

func TestInitial(t *testing.T) {
	for name, want := range map[string]string{
		"alice": "A", "花子": "花", "": "?", "👵🏽 granny": "👵🏽", "e\u0301mile": "E\u0301", "👩‍🚀x": "👩‍🚀", "مريم": "م",
	} {
		if got := initial(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
