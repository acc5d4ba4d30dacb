package session

import (
	"path/filepath"
	"strings"

	"takoshome/app/media"
)

// Wishes are what somebody asks for on the command line, for one call: a part of
// a Device's name, or its ID; media.None; "tone:440" for a microphone; the
// path of a .y4m file for a camera. Empty: what is remembered.
type Wishes struct {
	Name       string `json:"name,omitempty"`
	Microphone string `json:"microphone,omitempty"`
	Speaker    string `json:"speaker,omitempty"`
	Camera     string `json:"camera,omitempty"`
}

// fulfil gives the ID of what somebody wished for: a Device by its ID, its name
// or a part of that, or what is no device. What is not there stays as it was
// said, so that the missing device can be named.
func fulfil(wish string, devices []media.Device) string {
	lower := strings.ToLower(strings.TrimSpace(wish))
	switch {
	case lower == media.None:
		return media.None
	case lower == "default":
		return media.Default
	case strings.HasPrefix(lower, media.TonePrefix):
		return lower
	case isFile(wish):
		return wish
	}
	for _, same := range []func(media.Device) bool{
		func(d media.Device) bool { return d.ID == wish },
		func(d media.Device) bool { return strings.EqualFold(d.Name, wish) },
		func(d media.Device) bool { return strings.Contains(strings.ToLower(d.Name), lower) },
	} {
		for _, d := range devices {
			if same(d) {
				return d.ID
			}
		}
	}
	return wish
}

func isFile(id string) bool { return strings.EqualFold(filepath.Ext(id), ".y4m") }

// nameOf is what people call a device; known are names from earlier times.
func nameOf(id string, devices []media.Device, known string) string {
	for _, d := range devices {
		if d.ID == id || (id == media.Default && d.Default) {
			return d.Name
		}
	}
	switch {
	case known != "":
		return known
	case isFile(id):
		return filepath.Base(id)
	}
	return id
}

// fulfilAll puts wishes in the place of what is remembered.
func fulfilAll(c Choice, w Wishes, d media.Devices) Choice {
	for _, one := range []struct {
		wish    string
		choice  *string
		devices []media.Device
	}{
		{w.Microphone, &c.Microphone, d.Microphones},
		{w.Speaker, &c.Speaker, d.Speakers},
		{w.Camera, &c.Camera, d.Cameras},
	} {
		if one.wish != "" {
			*one.choice = fulfil(one.wish, one.devices)
		}
	}
	return c
}
