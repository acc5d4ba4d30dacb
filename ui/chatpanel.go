package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"takoshome/app"
	"takoshome/app/session"
)

const (
	mostChatShown = 200  // messages; older ones scroll away
	mostChatSent  = 2000 // characters of one message (docs/protocol.md, 6.2)
)

// chatPanel shows what people write to each other, and sends.
type chatPanel struct {
	sheet  *sheet
	rows   *fyne.Container
	scroll *container.Scroll
	empty  *paragraph
	field  *textField
	button *pushButton
	send   func(app.Command)
	shown  []session.ChatMessage
	read   time.Time // of the newest message that the person has seen
	began  bool
	unread int
}

func newChatPanel(send func(app.Command), typing, onClose func()) *chatPanel {
	c := &chatPanel{
		send: send, rows: container.New(columnLayout{10}),
		empty: newParagraph(tr("chat.empty"), 14, colorMuted),
		field: newTextField(tr("chat.placeholder"), mostChatSent),
	}
	c.field.OnSubmitted = func(string) { c.submit() }
	c.field.onEscape, c.field.onFocus = onClose, typing
	c.button = newPushButton("", "send", buttonPrimary, c.submit)
	c.scroll = newScroll(c.rows)
	foot := container.New(rowLayout{spaceSmall, 0}, c.field, c.button)
	c.sheet = newSheet(tr("call.chat"), container.New(chatLayout{}, c.scroll, c.empty, foot), onClose)
	return c
}

// submit sends what is in the field.
func (c *chatPanel) submit() {
	text := strings.TrimSpace(c.field.content())
	if text == "" {
		return
	}
	c.send(app.SendChat{Text: text})
	c.field.SetText("")
}

// update takes the messages of a call; open says that the person sees them.
func (c *chatPanel) update(s *session.Snapshot, open bool, now time.Time) {
	messages := s.Chat
	if len(messages) > mostChatShown {
		messages = messages[len(messages)-mostChatShown:]
	}
	if open {
		c.draw(messages, now)
	}
	c.count(messages, open)
}

// count counts what nobody has read yet. What was written before the person
// came is not news.
func (c *chatPanel) count(messages []session.ChatMessage, open bool) {
	newest := c.read
	if len(messages) > 0 {
		newest = messages[len(messages)-1].At
	}
	if open || !c.began {
		c.read, c.began = newest, true
	}
	c.unread = 0
	for _, m := range messages {
		if m.From != "" && m.At.After(c.read) {
			c.unread++
		}
	}
}

// forget empties the panel for another call.
func (c *chatPanel) forget() {
	c.began, c.unread, c.read, c.shown = false, 0, time.Time{}, nil
	c.rows.RemoveAll()
	c.field.SetText("")
}

// draw shows messages: those that came are added, anything else starts anew.
func (c *chatPanel) draw(messages []session.ChatMessage, now time.Time) {
	setVisible(c.empty, len(messages) == 0)
	same := min(len(c.shown), len(messages))
	for i := range same {
		if messages[i] != c.shown[i] {
			same = 0
			break
		}
	}
	if same == len(messages) && same == len(c.shown) {
		return
	}
	if same < len(c.shown) {
		c.rows.RemoveAll()
		same = 0
	}
	atEnd := c.scroll.Offset.Y >= c.rows.Size().Height-c.scroll.Size().Height-40
	for _, m := range messages[same:] {
		c.rows.Objects = append(c.rows.Objects, chatRow(m, now))
	}
	c.shown = messages
	reflow(c.scroll)
	if atEnd {
		c.scroll.ScrollToBottom()
	}
}

// chatRow is one message: who and when, and below it the words.
func chatRow(m session.ChatMessage, now time.Time) fyne.CanvasObject {
	from, ground := shown(m.From), colorCard
	if m.From == "" {
		from, ground = tr("call.you"), colorTint
	}
	clock := m.At.Local().Format(tr("format.clock"))
	if dayOf(m.At.Local()) != dayOf(now.Local()) {
		clock = moment(m.At, now)
	}
	name := newBoldLine(from, textCaption).shrinking()
	head := container.New(rowLayout{spaceSmall, 0}, name, newLine(clock, 12, colorMuted))
	words := container.New(columnLayout{0}, head)
	for _, text := range strings.Split(m.Text, "\n") {
		words.Add(newParagraph(shown(text), textBody, "foreground"))
	}
	return container.NewStack(newGround(ground, colorLine, cornerRadius), padded(words, 12, 8))
}

// newScroll scrolls content that leaves room for the bar at the right.
func newScroll(content fyne.CanvasObject) *container.Scroll {
	return container.NewVScroll(container.New(layout.NewCustomPaddedLayout(2, 2, 2, 12), content))
}

// reflow lets content that flows take the height that it needs.
func reflow(scroll *container.Scroll) {
	content := scroll.Content
	heightAt(content, scroll.Size().Width)
	content.Refresh()
	scroll.Refresh()
}

// chatLayout sets the field at the bottom and gives the messages the rest.
type chatLayout struct{}

// Layout places messages, the words for none, and the field.
func (chatLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	messages, empty, foot := objects[0], objects[1], objects[2]
	height := heightAt(foot, size.Width)
	foot.Move(fyne.NewPos(0, size.Height-height))
	messages.Resize(fyne.NewSize(size.Width, size.Height-height-12))
	heightAt(empty, size.Width)
}

// MinSize is small.
func (chatLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 150) }
