package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app/session"
)

// stage is where the people of a call are seen: their tiles and the own one.
type stage struct {
	object   *fyne.Container
	clock    *frameClock
	tiles    map[string]*callTile
	order    []string // of the tiles, the large one first
	large    bool
	own      *callTile
	showOwn  *pushButton // brings the own tile back
	alone    *fyne.Container
	more     *pushButton // says how many have no place
	speakers *speakers
	pinned   string
	hidden   bool // the own tile, by the person's wish
	seen     int  // of order, how many have a place
	changed  func()
}

// newStage makes an empty stage. changed is called when something else is to be
// seen, which the next update then shows; people when the person asks who is
// not to be seen.
func newStage(clock *frameClock, changed, people func()) *stage {
	s := &stage{clock: clock, tiles: make(map[string]*callTile), speakers: newSpeakers(), changed: changed}
	s.own = newCallTile(clock, true, false, s.toggleOwn)
	s.showOwn = newPushButton(tr("call.showSelf"), "eye", buttonQuiet, s.toggleOwn)
	s.more = newPushButton("", "people", buttonTool, people)
	s.more.stacked = true
	words := newParagraph(tr("call.alone"), textBody, colorOnDark)
	words.align = fyne.TextAlignCenter
	s.alone = container.NewStack(newGround(colorVeil, "", cornerRadius), padded(words, spaceMedium, spaceSmall))
	s.object = container.New(stageLayout{s})
	s.rebuild()
	return s
}

// toggleOwn hides the own tile or brings it back.
func (s *stage) toggleOwn() {
	s.hidden = !s.hidden
	s.changed()
}

// pin makes a tile large, or lets it go.
func (s *stage) pin(key string) {
	if s.pinned == key {
		key = ""
	}
	s.pinned = key
	s.changed()
}

// update shows who is in a call.
func (s *stage) update(call *session.Snapshot, now time.Time) {
	models := tilesOf(call)
	if !hasKey(models, s.pinned) {
		s.pinned = ""
	}
	for i := range models {
		models[i].pinned = models[i].key == s.pinned
	}
	models, large := ordered(models, s.pinned, s.speakers.next(models, now))
	order := make([]string, len(models))
	fresh := false
	for i, m := range models {
		order[i] = m.key
		if s.tiles[m.key] == nil {
			s.tiles[m.key] = newCallTile(s.clock, false, m.screen, func() { s.pin(m.key) })
			fresh = true
		}
		s.tiles[m.key].set(m)
	}
	s.own.set(ownTile(call))
	fresh = s.dropOthers(models) || fresh
	if fresh || large != s.large || !sameWords(order, s.order) {
		s.order, s.large = order, large
		s.rebuild()
	}
	s.place()
}

// dropOthers forgets the tiles of who left; it says whether there were any.
func (s *stage) dropOthers(models []tileModel) bool {
	dropped := false
	for key := range s.tiles {
		if !hasKey(models, key) {
			delete(s.tiles, key)
			dropped = true
		}
	}
	return dropped
}

// rebuild puts the tiles on the stage, in the order in which Tab goes.
func (s *stage) rebuild() {
	objects := make([]fyne.CanvasObject, 0, len(s.order)+4)
	for _, key := range s.order {
		objects = append(objects, s.tiles[key])
	}
	s.object.Objects = append(objects, s.more, s.own, s.showOwn, s.alone)
	s.object.Refresh()
}

// place gives everything its place again.
func (s *stage) place() { s.object.Layout.Layout(s.object.Objects, s.object.Size()) }

// videos are the panes that can be seen, by the video that they show.
func (s *stage) videos() map[string]*pane {
	wanted := make(map[string]*pane)
	for _, key := range s.order[:min(s.seen, len(s.order))] {
		if t := s.tiles[key]; t.model.video != "" {
			wanted[t.model.video] = t.pane
		}
	}
	if s.own.Visible() && s.own.model.video != "" {
		wanted[s.own.model.video] = s.own.pane
	}
	return wanted
}

// stageLayout places tiles by arrange.
type stageLayout struct{ stage *stage }

// Layout places the tiles.
func (l stageLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	s := l.stage
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	plan := arrange(size, len(s.order), s.large, !s.hidden)
	s.seen = len(plan.tiles)
	for i, key := range s.order {
		t := s.tiles[key]
		setVisible(t, i < s.seen)
		if i < s.seen {
			plan.tiles[i].place(t)
		}
	}
	s.uncover(plan)
	if s.own.floats != plan.floats {
		s.own.floats = plan.floats
		s.own.paint()
	}
	setVisible(s.own, plan.own != nil)
	if plan.own != nil {
		plan.own.place(s.own)
	}
	setVisible(s.more, plan.more != nil)
	if plan.more != nil {
		s.more.set("+"+groupDigits(uint64(plan.spare)), "people")
		plan.more.place(s.more)
	}
	setVisible(s.showOwn, s.hidden)
	least := s.showOwn.MinSize()
	s.showOwn.Resize(least)
	s.showOwn.Move(fyne.NewPos(size.Width-least.Width-spaceSmall, size.Height-least.Height-spaceSmall))
	l.placeAlone(size)
}

// uncover keeps names clear of the own tile that lies over a corner.
func (s *stage) uncover(plan stagePlan) {
	for i, key := range s.order[:s.seen] {
		covered, tile := float32(0), plan.tiles[i]
		if plan.floats && plan.own.y > tile.y && plan.own.y < tile.y+tile.height && plan.own.y > tileGap {
			covered = max(tile.x+tile.width-plan.own.x, 0)
		}
		if t := s.tiles[key]; t.covered != covered {
			t.covered = covered
			t.paint()
		}
	}
}

// placeAlone sets the words for an empty call over the own tile.
func (l stageLayout) placeAlone(size fyne.Size) {
	alone := l.stage.alone
	setVisible(alone, len(l.stage.order) == 0)
	width := min(size.Width-2*spaceMedium, 420)
	height := heightAt(alone, width)
	alone.Move(fyne.NewPos((size.Width-width)/2, size.Height-height-7*spaceSmall))
}

// MinSize leaves it to the window.
func (stageLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 150) }

// place moves an object to an area.
func (a area) place(object fyne.CanvasObject) {
	object.Move(fyne.NewPos(a.x, a.y))
	object.Resize(fyne.NewSize(a.width, a.height))
}

func hasKey(models []tileModel, key string) bool {
	for _, m := range models {
		if m.key == key {
			return true
		}
	}
	return false
}

func sameWords(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
