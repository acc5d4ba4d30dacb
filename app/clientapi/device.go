package clientapi

import (
	"strings"

	"github.com/google/uuid"
	"takoshome/app/identity"
)

const uuidLen = 36

// device is what a session's Device says: the UUID that the client chose for
// itself, where it did, and its User-Agent.
type device struct{ uuid, agent string }

func (d device) String() string { return strings.TrimSpace(d.uuid + " " + printable(d.agent)) }

// deviceOf reads what String wrote. Without a UUID of the client's, the
// session's id stands for it.
func deviceOf(s identity.Session) device {
	if len(s.Device) >= uuidLen && uuid.Validate(s.Device[:uuidLen]) == nil {
		return device{uuid: s.Device[:uuidLen], agent: strings.TrimSpace(s.Device[uuidLen:])}
	}
	return device{uuid: s.ID, agent: s.Device}
}

// printable leaves out what could disturb a list of devices.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
}
