package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// friendRow is one person of the list with what can be done at once; renaming
// and parting are folded below.
type friendRow struct {
	object  *fyne.Container
	actions peopleActions
	friend  app.Friend
	badge   *personBadge
	title   *line
	caption *line
	calls   *fyne.Container // buttons of a friend
	answer  *fyne.Container // buttons for who asks
	undo    *pushButton     // of a request or a block
	fold    *foldable
	more    *friendDetails // nil until it was open once
}

func newFriendRow(actions peopleActions) *friendRow {
	r := &friendRow{actions: actions, badge: newPersonBadge(40), title: newTitleLine(), caption: newCaptionLine()}
	r.fold = newFoldable(r.build, actions.changed)
	r.calls = container.New(rowLayout{0, 9},
		newPushButton("", "camera", buttonPlain, func() { actions.send(callFriend(string(r.friend.ID), true)) }),
		newPushButton("", "phone", buttonPlain, func() { actions.send(callFriend(string(r.friend.ID), false)) }))
	r.answer = container.New(newChoices(),
		newPushButton(tr("friends.accept"), "check", buttonPrimary, func() { actions.send(app.AcceptFriend{ID: string(r.friend.ID)}) }),
		newPushButton(tr("friends.decline"), "close", buttonQuiet, func() { actions.send(app.DeclineFriend{ID: string(r.friend.ID)}) }))
	r.undo = newPushButton("", "", buttonQuiet, r.takeBack)
	r.object = padded(container.New(columnLayout{spaceSmall},
		container.New(friendLayout{new(bool)},
			container.New(rowLayout{12, 1}, r.badge.object, twoLines(r.title, r.caption), r.calls, r.undo),
			r.fold.button, r.answer),
		r.fold.below), 0, 10)
	return r
}

func (r *friendRow) look() fyne.CanvasObject { return r.object }

// callFriend asks for a call.
func callFriend(id string, video bool) app.CallFriend {
	if video {
		return app.CallFriend{ID: id, CallType: "video"}
	}
	return app.CallFriend{ID: id, CallType: "audio"}
}

// takeBack ends what the owner alone began.
func (r *friendRow) takeBack() {
	if r.friend.State == stateBlocked {
		r.actions.send(app.UnblockFriend{ID: string(r.friend.ID)})
		return
	}
	r.actions.send(app.RemoveFriend{ID: string(r.friend.ID)})
}

// update shows a friend.
func (r *friendRow) update(f app.Friend) {
	r.friend = f
	title := titleOf(f.ID, f.Title)
	r.badge.set(title, f.State != stateFriends)
	r.title.setText(title)
	r.caption.setText(shown(string(f.ID)))
	setVisible(r.calls, f.State == stateFriends)
	setVisible(r.answer, f.State == stateAsked)
	setVisible(r.undo, f.State == stateRequested || f.State == stateBlocked)
	switch f.State {
	case stateRequested:
		r.undo.set(tr("friends.withdraw"), "")
	case stateBlocked:
		r.undo.set(tr("friends.unblock"), "")
	}
	if r.more != nil {
		r.more.update(f)
	}
}

func (r *friendRow) build() fyne.CanvasObject {
	r.more = newFriendDetails(r.actions, r.friend)
	r.more.update(r.friend)
	return r.more.object
}

// friendLayout sets who it is, the button that unfolds more at the right end,
// and the answer between them; in a narrow window below them.
type friendLayout struct{ narrow *bool }

const friendThreshold = 460

// Layout places the parts.
func (l friendLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	head, fold, answer := objects[0], objects[1], objects[2]
	*l.narrow = size.Width < friendThreshold
	least := fold.MinSize()
	width := size.Width - least.Width - spaceSmall
	if answer.Visible() && !*l.narrow {
		width -= answer.MinSize().Width + spaceSmall
	}
	height := max(heightAt(head, width), least.Height)
	place := func(object fyne.CanvasObject, x, width float32) {
		object.Resize(fyne.NewSize(width, object.MinSize().Height))
		object.Move(fyne.NewPos(x, (height-object.MinSize().Height)/2))
	}
	place(head, 0, width)
	place(fold, size.Width-least.Width, least.Width)
	if !*l.narrow {
		place(answer, width+spaceSmall, answer.MinSize().Width)
		return
	}
	heightAt(answer, size.Width)
	answer.Move(fyne.NewPos(0, height+spaceSmall))
}

// MinSize follows the last Layout.
func (l friendLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	head, fold, answer := objects[0].MinSize(), objects[1].MinSize(), objects[2]
	min := fyne.NewSize(head.Width+fold.Width+spaceSmall, max(head.Height, fold.Height))
	if answer.Visible() && *l.narrow {
		min.Height += spaceSmall + answer.MinSize().Height
	}
	return min
}

// friendDetails is what is folded below a friend: the whole id, the owner's
// own name for them, and parting.
type friendDetails struct {
	object        *fyne.Container
	friend        app.Friend
	id            *paragraph
	name          *textField
	remove, block *pushButton
}

func newFriendDetails(actions peopleActions, f app.Friend) *friendDetails {
	d := &friendDetails{
		friend: f, id: newParagraph("", textCaption, theme.ColorNameForeground),
		name: newTextField(tr("friends.namePlaceholder"), mostTitle),
	}
	d.name.SetText(f.Title)
	rename := func() {
		actions.send(app.NameFriend{ID: string(d.friend.ID), Title: strings.TrimSpace(d.name.content())})
	}
	d.name.OnSubmitted = func(string) { rename() }
	d.remove = newPushButton(tr("friends.remove"), "trash", buttonQuiet, func() {
		id, name := string(d.friend.ID), titleOf(d.friend.ID, d.friend.Title)
		actions.confirm(tr("friends.askRemove", "name", name), tr("friends.remove"), func() { actions.send(app.RemoveFriend{ID: id}) })
	})
	d.block = newPushButton(tr("friends.block"), "shield", buttonDanger, func() {
		id, name := string(d.friend.ID), titleOf(d.friend.ID, d.friend.Title)
		actions.confirm(tr("friends.askBlock", "name", name), tr("friends.block"), func() { actions.send(app.BlockFriend{ID: id}) })
	})
	d.object = detailsBox(
		container.New(rowLayout{spaceSmall, 0}, d.id, copyButton(actions, func() string { return string(d.friend.ID) })),
		labelled(tr("friends.name"), container.New(newFlowLayout(spaceSmall, 0, 300), d.name,
			newPushButton(tr("form.save"), "check", buttonQuiet, rename))),
		container.New(wrapLayout{spaceSmall}, d.remove, d.block))
	return d
}

func (d *friendDetails) update(f app.Friend) {
	d.friend = f
	d.id.setText(shown(string(f.ID)))
	setVisible(d.remove, f.State == stateFriends)
	setVisible(d.block, f.State != stateBlocked)
}

// detailsBox sets what is folded below a row on a ground of its own.
func detailsBox(objects ...fyne.CanvasObject) *fyne.Container {
	return container.NewStack(newGround(colorGrayTint, "", cornerRadius),
		padded(container.New(columnLayout{12}, objects...), spaceMedium, 12))
}

// copyButton puts a text into the clipboard and says so.
func copyButton(actions peopleActions, text func() string) *pushButton {
	b := newPushButton("", "copy", buttonPlain, nil)
	b.onTapped = func() {
		actions.copy(text())
		b.set("", "check")
	}
	return b
}
