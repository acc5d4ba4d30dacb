package media

// Device is one microphone, speaker, camera or screen.
type Device struct {
	// ID tells it apart and survives unplugging and a restart of the program.
	ID string `json:"id"`
	// Name is what people call it, such as "USB Headset".
	Name string `json:"name"`
	// Default marks the one the system would choose.
	Default bool `json:"default,omitempty"`
}

// Devices are all there are at one moment, without monitors of speakers.
type Devices struct {
	Microphones []Device `json:"microphones"`
	Speakers    []Device `json:"speakers"`
	Cameras     []Device `json:"cameras"`
	Screens     []Device `json:"screens"` // whole screens, and windows
}

// Choices that are no device.
const (
	// None is the ID for taking part without such a device.
	None = "none"
	// Default is the ID for the one the system chooses.
	Default = ""
	// TonePrefix, followed by hertz, is a microphone that hums: "tone:440".
	TonePrefix = "tone:"
)

// Trouble says why a device that should work does not. It is empty when all is well.
type Trouble string

// The troubles of devices.
const (
	TroubleNone   Trouble = ""
	TroubleGone   Trouble = "gone"   // unplugged, or never there
	TroubleBusy   Trouble = "busy"   // another program holds it
	TroubleDenied Trouble = "denied" // the system does not let us
	TroubleBroken Trouble = "broken" // everything else
)
