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
	mostChatShown = 200  // messages; older ones are gone
	mostChatSent  = 2000 // characters of one message (docs/protocol.md, 6.2)
	// chatPage is how many characters are shown before the person asks for
	// more: laying out long messages takes its time.
	chatPage = 6000
	// mostChatLines keeps a message of line breaks from filling the panel.
	mostChatLines = 40
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
	copy   func(text string) // into the clipboard
	shown  []session.ChatMessage
	budget int // characters to show
	older  *pushButton
	read   time.Time // of the newest message that the person has seen
	began  bool
	unread int

	messages []session.ChatMessage
}

func newChatPanel(actions roomActions, onClose func()) *chatPanel {
	c := &chatPanel{
		send: actions.send, copy: actions.copy, rows: container.New(columnLayout{10}), budget: chatPage,
		empty: newParagraph(tr("chat.empty"), 14, colorMuted),
		field: newTextField(tr("chat.placeholder"), mostChatSent),
	}
	c.field.OnSubmitted = func(string) { c.submit() }
	c.field.onEscape, c.field.onFocus = onClose, actions.typing
	c.button = newPushButton("", "send", buttonPrimary, c.submit)
	c.older = newPushButton(tr("chat.older"), "", buttonPlain, c.showOlder)
	c.older.Hide()
	c.scroll = newScroll(container.New(columnLayout{10}, c.older, c.rows))
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
	c.messages = messages
	if open {
		c.draw(now)
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
	c.began, c.unread, c.read, c.shown, c.budget = false, 0, time.Time{}, nil, chatPage
	c.rows.RemoveAll()
	c.field.SetText("")
}

// showOlder shows another page of messages.
func (c *chatPanel) showOlder() {
	c.budget += chatPage
	c.draw(time.Now())
}

// page are the newest messages that the budget allows, one at least.
func (c *chatPanel) page() []session.ChatMessage {
	left := c.budget
	for i := len(c.messages) - 1; i >= 0; i-- {
		left -= min(len(c.messages[i].Text), mostChatSent)
		if left < 0 && i < len(c.messages)-1 {
			return c.messages[i+1:]
		}
	}
	return c.messages
}

// draw shows a page of messages: those that came are added, anything else
// starts anew.
func (c *chatPanel) draw(now time.Time) {
	messages := c.page()
	setVisible(c.empty, len(messages) == 0)
	setVisible(c.older, len(messages) < len(c.messages))
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
	atEnd := c.scroll.Offset.Y >= c.scroll.Content.Size().Height-c.scroll.Size().Height-40
	for _, m := range messages[same:] {
		c.rows.Objects = append(c.rows.Objects, c.row(m, now))
	}
	c.shown = messages
	reflow(c.scroll)
	if atEnd {
		c.scroll.ScrollToBottom()
	}
}

// row is one message: who and when, and below it the words.
func (c *chatPanel) row(m session.ChatMessage, now time.Time) fyne.CanvasObject {
	from, ground := shown(m.From), colorCard
	if m.From == "" {
		from, ground = tr("call.you"), colorTint
	}
	clock := m.At.Local().Format(tr("format.clock"))
	if dayOf(m.At.Local()) != dayOf(now.Local()) {
		clock = moment(m.At, now)
	}
	name := newBoldLine(from, textCaption).shrinking()
	copyText := newPushButton("", "copy", buttonPlain, nil)
	copyText.small = true
	copyText.onTapped = func() {
		c.copy(cutTo(m.Text, mostChatSent))
		copyText.set("", "check")
	}
	head := container.New(rowLayout{spaceSmall, 0}, name, newLine(clock, 12, colorMuted), copyText)
	words := container.New(columnLayout{0}, head)
	for _, text := range strings.SplitN(cutTo(m.Text, mostChatSent), "\n", mostChatLines) {
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
