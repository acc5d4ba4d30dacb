package ui

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// rows are the table's rows that can be seen, by their titles.
func (v *view) rows() []*panelRow {
	var found []*panelRow
	walk(v.shell.panel.object, fyne.NewPos(0, 0), func(object fyne.CanvasObject, _ fyne.Position) {
		if r, ok := object.(*panelRow); ok {
			found = append(found, r)
		}
	})
	return found
}

func TestPanelRows(t *testing.T) {
	for _, tt := range []struct{ people, rows int }{{0, 0}, {1, 4}, {4, 41}, {12, 13}} {
		t.Run(fmt.Sprint(tt.people), func(t *testing.T) {
			v := newView(t, "en", theme.VariantLight, fyne.NewSize(960, 4000)) // every row at once
			s := hosting()
			if tt.people > 0 {
				s = call(tt.people)
			}
			v.openPanel(s)
			if got := len(v.rows()); got != tt.rows {
				t.Errorf("got %d rows, want %d", got, tt.rows)
			}
			if got := v.shell.panel.empty.Visible(); got != (tt.people == 0) {
				t.Errorf("the words for nobody are visible: %v", got)
			}
			v.says(t, map[bool]string{true: "Nobody is here yet.", false: "alice@a.example"}[tt.people == 0])
		})
	}
}

func TestPanelFigures(t *testing.T) {
	v := english(t)
	v.openPanel(call(2))
	want := map[string][cellCount]string{
		"Movie night":   {cellIn: "2,570", cellOut: "2,360"},
		"花子":            {cellIn: "1,330", cellOut: "1,180", cellLoss: "0.4", cellRoundTrip: "25", cellScore: "8"},
		"Sends screen":  {cellCodec: "AV1", cellSize: "1920×1080", cellIn: "1,270", cellLoss: "0.4", cellRoundTrip: "25", cellScore: "8"},
		"Picture of 花子": {cellCodec: "VP8", cellSize: "1280×720", cellOut: "1,270", cellLoss: "0.0", cellRoundTrip: "18", cellScore: "8"},
	}
	for _, row := range v.rows() {
		cells, ok := want[row.name.text]
		if !ok {
			continue
		}
		delete(want, row.name.text)
		for i, text := range cells {
			if got := row.cells[i].text; got != text {
				t.Errorf("%s: column %d shows %q, want %q", row.name.text, i, got, text)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("rows are missing: %v", want)
	}
	v.says(t, "2.57 Mbit/s")
	v.says(t, "in 1 room")
}

func TestPanelActions(t *testing.T) {
	v := english(t)
	v.openPanel(call(4))
	v.selectRow("Movie night", "花子")
	test.Tap(v.button(t, "Remove from the call"))
	v.asked(t, app.RemovePeer{Room: "Movie night", Peer: "花子"})

	v.selectRow("Movie night", "花子", "p1-1")
	v.says(t, "花子 · Sends picture")
	test.Tap(v.button(t, "Close this stream"))
	v.asked(t, app.CloseProducer{Room: "Movie night", Peer: "花子", Producer: "p1-1"})

	v.selectRow("Movie night", "花子", "c1-p0-0")
	if v.shell.panel.detail.action.Visible() {
		t.Error("something can be done to a consumer")
	}

	v.publish(call(1)) // she left
	if v.shell.panel.detail.object.Visible() {
		t.Error("the details of somebody who left are shown")
	}
}

// TestPanelSendsTrueNames holds that a command carries the name as it is, not
// as it is shown.
func TestPanelSendsTrueNames(t *testing.T) {
	v := newView(t, "en", theme.VariantLight, fyne.NewSize(960, 4000))
	v.openPanel(call(12))
	evil := names()[11]
	v.selectRow("Movie night", evil)
	v.says(t, "evil name")
	test.Tap(v.button(t, "Remove from the call"))
	v.asked(t, app.RemovePeer{Room: "Movie night", Peer: evil})
}

func TestPanelByKeyboard(t *testing.T) {
	v := newView(t, "en", theme.VariantLight, fyne.NewSize(960, 2000)) // every row at once
	v.openPanel(call(2))
	table := v.shell.panel.table.widget
	v.window.Canvas().Focus(table)
	press := func(key fyne.KeyName) { table.TypedKey(&fyne.KeyEvent{Name: key}) }
	press(fyne.KeyDown)
	press(fyne.KeySpace)
	v.says(t, "Remove from the call")
	before := len(v.rows())
	press(fyne.KeyLeft)
	if got := len(v.rows()); got >= before {
		t.Errorf("folding left %d of %d rows", got, before)
	}
	v.publish(call(2))
	if got := len(v.rows()); got >= before {
		t.Error("the next snapshot opened what the person had folded")
	}
	press(fyne.KeyRight)
	if got := len(v.rows()); got != before {
		t.Errorf("unfolding brought %d of %d rows", got, before)
	}
}

// TestPanelDrawsOnlyWhatIsNew holds that an unchanged snapshot, a closed window
// and a hidden page cost no drawing.
func TestPanelDrawsOnlyWhatIsNew(t *testing.T) {
	v := english(t)
	v.openPanel(call(2))
	p := v.shell.panel
	drawn := p.snapshot
	same := call(2)
	p.update(same, treeOf(same), v.history, v.now)
	if p.snapshot != drawn {
		t.Error("the same figures were drawn again")
	}
	louder := call(2)
	louder.Rooms[0].Peers[0].Producers[0].BitrateBps *= 2
	p.update(louder, treeOf(louder), v.history, v.now)
	if p.snapshot != louder {
		t.Error("new figures were not drawn")
	}

	v.hide()
	v.publish(call(4))
	if p.snapshot != louder {
		t.Error("a hidden window was drawn")
	}
	v.shell.open(pageHome)
	v.show()
	if p.snapshot != louder {
		t.Error("a hidden page was drawn")
	}
	v.shell.nav.items[pagePanel].Tapped(nil)
	if len(p.snapshot.Rooms[0].Peers) != 4 {
		t.Error("the page shows old figures")
	}
}

func TestPlot(t *testing.T) {
	useLook(t)
	p := newPlot(fyne.NewSize(60, 20))
	p.Resize(fyne.NewSize(60, 20))
	r := test.WidgetRenderer(p).(*plotRenderer)
	coral := themeColor(p, colorAccent)
	lit := func() int {
		count := 0
		picture := r.draw(60, 20)
		for y := range 18 { // without the base line
			for x := range 60 {
				if _, _, _, alpha := picture.At(x, y).RGBA(); alpha > 0 {
					count++
				}
			}
		}
		return count
	}
	if got := lit(); got != 0 {
		t.Errorf("nothing heard: %d pixels", got)
	}
	h := newHistory()
	for second := range 30 {
		h.add(time.Unix(int64(second), 0), &tree{nodes: map[string]node{"a": {inBps: 1_000_000}}})
	}
	p.set(h.of("a"))
	picture := r.draw(60, 20)
	if got := picture.At(59, 1); fmt.Sprint(got) == fmt.Sprint(picture.At(5, 1)) {
		t.Error("half a minute fills the whole plot")
	}
	red, _, blue, _ := picture.At(58, 1).RGBA()
	wantRed, _, wantBlue, _ := coral.RGBA()
	if red>>12 != wantRed>>12 || blue>>12 != wantBlue>>12 {
		t.Errorf("the line is %v, want coral", picture.At(58, 1))
	}
	if r.draw(0, 0).Bounds().Dx() != 0 {
		t.Error("a plot without room drew something")
	}
}
