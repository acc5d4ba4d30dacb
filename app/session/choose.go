package session

import "takoshome/app/media"

// slotOf is where a choice keeps a device.
func slotOf(c *Choice, kind DeviceKind) *string {
	switch kind {
	case Microphone:
		return &c.Microphone
	case Speaker:
		return &c.Speaker
	case Camera:
		return &c.Camera
	}
	return nil
}

func (o *owner) chosen(c Choice, kind DeviceKind) string {
	if slot := slotOf(&c, kind); slot != nil {
		return *slot
	}
	return ""
}

// choose changes a device, now and for later.
func (o *owner) choose(kind DeviceKind, id string) error {
	slot := slotOf(&o.memory.Choice, kind)
	if slot == nil || !isGoodID(id) {
		return ErrNoDevice
	}
	*slot = id
	delete(o.memory.Names, kind)
	o.remember()
	a := o.attempt
	if a == nil {
		return nil
	}
	was := slotOf(&a.self.choice, kind)
	// Who chooses a camera wants to be seen, unless the camera was switched off.
	if kind == Camera && *was == media.None && id != media.None {
		a.self.camera = true
	}
	*was = id
	if !a.isLive() {
		return nil
	}
	if name := nameOf(id, a.gear.devicesOf(kind), ""); id != media.None && id != media.Default && isGoodID(name) {
		o.memory.Names[kind] = name
	}
	a.self.microphone.refused = false
	o.applyDevices()
	o.sendVideo()
	o.sendSound()
	return nil
}

func (g *gear) devicesOf(kind DeviceKind) []media.Device {
	switch kind {
	case Microphone:
		return g.devices.Microphones
	case Speaker:
		return g.devices.Speakers
	case Camera:
		return g.devices.Cameras
	}
	return nil
}

func (g *gear) setProcessing(p media.Processing) {
	g.processing.Store(&p)
	if g.microphone.isOpen {
		g.microphone.device.SetProcessing(p)
	}
}
