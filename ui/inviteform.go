package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"takoshome/app"
)

// inviteForm asks what a new invitation is for.
type inviteForm struct {
	object       fyne.CanvasObject
	room, user   *widget.Entry
	video, audio *pushButton
	make         *pushButton
	onMake       func(app.NewInvitation)
}

func newInviteForm(onMake func(app.NewInvitation)) *inviteForm {
	f := &inviteForm{onMake: onMake, room: widget.NewEntry(), user: widget.NewEntry()}
	f.room.SetPlaceHolder(tr("invite.defaultRoom"))
	f.user.SetPlaceHolder(tr("invite.userPlaceholder"))
	f.room.OnSubmitted = func(string) { f.submit() }
	f.user.OnSubmitted = func(string) { f.submit() }
	f.video = newPushButton(tr("call.video"), "camera", buttonChoice, func() { f.choose(true) })
	f.audio = newPushButton(tr("call.audio"), "mic", buttonChoice, func() { f.choose(false) })
	f.make = newPushButton(tr("invite.make"), "plus", buttonPrimary, f.submit)
	f.choose(true)
	f.object = container.New(columnLayout{spaceMedium},
		container.New(newTilesLayout(spaceMedium, 220),
			labelled(tr("invite.room"), f.room), labelled(tr("invite.user"), f.user)),
		container.New(newFlowLayout(spaceMedium, 0, 460),
			container.New(newTilesLayout(spaceSmall, 100), f.video, f.audio), f.make),
	)
	return f
}

func (f *inviteForm) choose(video bool) {
	f.video.choose(video)
	f.audio.choose(!video)
}

// submit asks for the invitation. A room link lets each guest choose a name.
func (f *inviteForm) submit() {
	wanted := app.NewInvitation{Room: f.roomName(), User: strings.TrimSpace(f.user.Text), CallType: "audio"}
	if f.video.chosen {
		wanted.CallType = "video"
	}
	f.onMake(wanted)
}

func (f *inviteForm) roomName() string {
	if room := strings.TrimSpace(f.room.Text); room != "" {
		return room
	}
	return tr("invite.defaultRoom")
}

// labelled puts a small label above a field.
func labelled(label string, field fyne.CanvasObject) fyne.CanvasObject {
	return container.New(columnLayout{4}, newLine(label, textCaption, colorMuted).shrinking(), field)
}
