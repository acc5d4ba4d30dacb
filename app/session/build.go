package session

import "takoshome/app/media"

// build makes the Snapshot of this moment.
func (o *owner) build() *Snapshot {
	a := o.attempt
	if a == nil {
		return &Snapshot{
			State:  StateIdle,
			Me:     Me{Name: o.memory.Name, PushToTalk: o.memory.Choice.PushToTalk},
			People: []Person{},
			Choice: o.memory.Choice,

			Devices: listed(media.Devices{}),
		}
	}
	s := &Snapshot{
		State:     a.state,
		Host:      a.link.Host(),
		Room:      a.room,
		CallType:  a.callType,
		NeedsName: a.link.NeedsName(),
		Problem:   a.problem,
		Again:     a.state == StateEnded && a.again,
		Me:        a.me(),
		People:    []Person{},
		Chat:      a.chat.messages,
		CanChat:   a.call != nil && a.about.CanChat,
		Devices:   listed(media.Devices{}),
		Choice:    a.self.choice,
	}
	if a.isIn() {
		s.Since = a.since
	}
	if !a.first.IsZero() {
		s.FirstFrameMs = max(int(a.first.Sub(a.asked).Milliseconds()), 1)
	}
	for _, p := range a.people.list {
		s.People = append(s.People, p.show())
	}
	if a.gear != nil && a.isLive() {
		s.Devices = listed(a.gear.devices)
		s.Troubles = o.troubles(a)
	}
	return s
}

func (a *attempt) me() Me {
	name := a.name
	if a.ownID() != "" {
		name = a.ownID()
	}
	return Me{
		PeerID:             a.ownID(),
		Name:               name,
		Muted:              a.self.muted || a.self.choice.Microphone == media.None,
		Deafened:           a.self.deafened,
		Camera:             a.showsCamera(),
		Sharing:            a.self.screen.want != nil,
		PushToTalk:         a.self.pushToTalk,
		Talking:            a.self.talking,
		Level:              inSteps(a.self.level),
		Speaking:           a.self.audible,
		SpeakingWhileMuted: a.self.hinted,
		Quality:            a.self.quality,
	}
}

func (p *person) show() Person {
	s := Person{
		PeerID:   p.id,
		Name:     p.id,
		Muted:    p.isMuted(),
		Speaking: p.speaking,
		Volume:   p.volume,
		Silenced: p.silenced,
		Quality:  p.quality,
		Videos:   []Video{},
	}
	for _, t := range p.tracks {
		if t.isVideo && !t.paused {
			s.Videos = append(s.Videos, Video{
				ID:     t.video,
				Screen: t.source == sourceScreen,
				Width:  t.stats.Width,
				Height: t.stats.Height,
				Frozen: t.frozen,
			})
		}
	}
	return s
}

// troubles are the chosen devices that do not work.
func (o *owner) troubles(a *attempt) []DeviceTrouble {
	g, choice := a.gear, a.self.choice
	if !g.looked {
		return nil
	}
	camera := choice.Camera
	if !a.showsCamera() {
		camera = media.None
	}
	var list []DeviceTrouble
	for _, d := range []struct {
		kind    DeviceKind
		id      string
		devices []media.Device
		trouble media.Trouble
	}{
		{Microphone, choice.Microphone, g.devices.Microphones, g.microphone.troubleNow()},
		{Speaker, choice.Speaker, g.devices.Speakers, g.speaker.troubleNow()},
		{Camera, camera, g.devices.Cameras, g.camera.troubleNow()},
	} {
		if g.capture == nil {
			d.trouble = media.TroubleBroken
		}
		if d.trouble == media.TroubleNone || d.id == media.None {
			continue
		}
		name := o.deviceName(d.kind, d.id, d.devices)
		if d.id == media.Default && d.trouble == media.TroubleGone {
			name = "" // there is none that it could be the name of
		}
		list = append(list, DeviceTrouble{Kind: d.kind, Name: name, Trouble: d.trouble})
	}
	return list
}

// listed has a list of every kind, where there is none an empty one: that is
// what it becomes in JSON.
func listed(d media.Devices) media.Devices {
	for _, list := range []*[]media.Device{&d.Microphones, &d.Speakers, &d.Cameras, &d.Screens} {
		if *list == nil {
			*list = []media.Device{}
		}
	}
	return d
}

// deviceName is what people call the chosen device, also when it is gone.
func (o *owner) deviceName(kind DeviceKind, id string, devices []media.Device) string {
	known := ""
	if o.chosen(o.memory.Choice, kind) == id {
		known = o.memory.Names[kind]
	}
	return nameOf(id, devices, known)
}
