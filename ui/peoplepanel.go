package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/session"
)

// peoplePanel lists who is in the call, with how loud each is here.
type peoplePanel struct {
	sheet  *sheet
	rows   *fyne.Container
	scroll *container.Scroll
	me     *ownRow
	people map[string]*personRow
	order  []string
	send   func(app.Command)
}

func newPeoplePanel(send func(app.Command), onClose func()) *peoplePanel {
	p := &peoplePanel{send: send, people: make(map[string]*personRow), me: newOwnRow()}
	p.rows = container.New(columnLayout{12}, p.me.object)
	p.scroll = newScroll(p.rows)
	p.sheet = newSheet(tr("call.people"), p.scroll, onClose)
	return p
}

// update shows the people of a call.
func (p *peoplePanel) update(s *session.Snapshot) {
	now := time.Now()
	p.sheet.title.setText(trCount("people.title", len(s.People)+1))
	resized := p.me.update(s.Me)
	people := s.People[:min(len(s.People), mostPeople)]
	order := make([]string, len(people))
	for i, person := range people {
		order[i] = person.PeerID
		row := p.people[person.PeerID]
		if row == nil {
			row = newPersonRow(person.PeerID, p.send)
			p.people[person.PeerID] = row
		}
		resized = row.update(person, now) || resized
	}
	if !sameWords(order, p.order) {
		p.order = order
		p.rebuild()
		resized = true
	}
	if resized {
		reflow(p.scroll)
	}
}

func (p *peoplePanel) rebuild() {
	there := make(map[string]bool, len(p.order))
	p.rows.Objects = []fyne.CanvasObject{p.me.object}
	for _, id := range p.order {
		there[id] = true
		p.rows.Objects = append(p.rows.Objects, newRule(), p.people[id].object)
	}
	for id := range p.people {
		if !there[id] {
			delete(p.people, id)
		}
	}
}

// ownRow is the row of the person of this computer.
type ownRow struct {
	object fyne.CanvasObject
	mic    *glyph
	name   *line
	words  *paragraph
}

func newOwnRow() *ownRow {
	r := &ownRow{
		mic: newGlyph("mic", colorMuted, 20), name: newBoldLine(tr("call.you"), textBody).shrinking(),
		words: newParagraph("", textCaption, colorMuted),
	}
	r.object = container.New(columnLayout{2}, container.New(rowLayout{10, 1}, r.mic, r.name), r.words)
	return r
}

func (r *ownRow) update(m session.Me) (resized bool) {
	name := tr("call.you")
	if m.Name != "" {
		name = tr("people.you", "name", shown(m.Name))
	}
	r.name.setText(name)
	r.mic.set(micIcon(!hears(m), m.Speaking && hears(m)))
	words := qualityOfMe(m.Quality)
	resized = r.words.text != words
	r.words.setText(words)
	setVisible(r.words, words != "")
	return resized
}

// micIcon is the mark of a microphone and its colour.
func micIcon(muted, speaking bool) (string, fyne.ThemeColorName) {
	switch {
	case muted:
		return "mic-off", colorMuted
	case speaking:
		return "mic", colorGood
	default:
		return "mic", colorMuted
	}
}

func qualityOfMe(q session.Quality) string {
	return tileModel{self: true, quality: q}.note()
}

// qualityOfOthers is said beside a name.
func qualityOfOthers(q session.Quality) string {
	switch q {
	case session.QualityBad:
		return tr("people.bad")
	case session.QualityWeak:
		return tr("people.weak")
	default:
		return ""
	}
}

// personRow is the row of a friend: marks, loudness, and muting here only.
type personRow struct {
	object  fyne.CanvasObject
	id      string
	mic     *glyph
	name    *line
	words   *paragraph
	slider  *passingSlider
	percent *line
	silence *pushButton
	volume  wish[int]
	muted   bool
}

func newPersonRow(id string, send func(app.Command)) *personRow {
	r := &personRow{
		id: id, mic: newGlyph("mic", colorMuted, 20), name: newBoldLine("", textBody).shrinking(),
		words:   newParagraph("", textCaption, colorMuted),
		slider:  newPassingSlider(0, 200, 5),
		percent: newLine("", textCaption, colorMuted),
	}
	r.percent.align = fyne.TextAlignTrailing
	r.slider.OnChanged = func(value float64) {
		r.volume.set(int(value), time.Now())
		r.percent.setText(volumeWords(int(value)))
		send(app.SetVolume{PeerID: id, Percent: int(value)})
	}
	r.silence = newPushButton("", "speaker", buttonQuiet, func() {
		send(app.SetSilenced{PeerID: id, Silenced: !r.muted})
	})
	r.object = container.New(columnLayout{4},
		container.New(rowLayout{10, 1}, r.mic, r.name), r.words,
		container.New(rowLayout{spaceSmall, 1}, r.silence, container.NewThemeOverride(r.slider, sliderLook{fyne.CurrentApp().Settings().Theme()}), container.New(widthOf{56}, r.percent)))
	return r
}

func (r *personRow) update(p session.Person, now time.Time) (resized bool) {
	name := personName(p.Name, p.PeerID)
	r.name.set(name, theme.ColorNameForeground)
	r.mic.set(micIcon(p.Muted, p.Speaking))
	words := qualityOfOthers(p.Quality)
	resized = r.words.text != words
	r.words.setText(words)
	setVisible(r.words, words != "")
	if volume := r.volume.over(p.Volume, now); int(r.slider.Value) != volume {
		r.slider.Value = float64(volume) // not SetValue, which would send it
		r.slider.Refresh()
	}
	r.percent.setText(volumeWords(int(r.slider.Value)))
	r.muted = p.Silenced
	icon := "speaker"
	if p.Silenced {
		icon = "speaker-off"
	}
	r.silence.set("", icon)
	r.silence.choose(p.Silenced)
	return resized
}

// volumeWords writes a loudness in percent.
func volumeWords(percent int) string { return strconv.Itoa(percent) + " %" }

// widthOf gives its content one width.
type widthOf struct{ width float32 }

// Layout stretches the content.
func (l widthOf) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(size)
	}
}

// MinSize is the width, and the content's height.
func (l widthOf) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, object := range objects {
		height = max(height, object.MinSize().Height)
	}
	return fyne.NewSize(l.width, height)
}
