package session

import (
	"time"

	"takoshome/app/media"
)

// State is how far the call is.
type State string

// The states of a call, in their usual order.
const (
	StateIdle         State = "idle"         // no call
	StatePreparing    State = "preparing"    // the link is read, devices and preview are shown
	StateJoining      State = "joining"      // on the way in
	StateInCall       State = "inCall"       // in the call
	StateReconnecting State = "reconnecting" // the way to the host broke; trying again
	StateEnded        State = "ended"        // over; Problem says why unless the person hung up
)

// Snapshot is everything the window shows of the call; it is immutable.
type Snapshot struct {
	State State `json:"state"`
	// Host, Room and CallType ("audio" or "video") are known from the link or
	// from the host.
	Host     string `json:"host,omitempty"`
	Room     string `json:"room,omitempty"`
	CallType string `json:"callType,omitempty"`
	// NeedsName: the link is for several guests, the person chooses a name.
	NeedsName bool      `json:"needsName,omitempty"`
	Since     time.Time `json:"since,omitzero"` // of StateInCall
	// FirstFrameMs is how long it took from joining to the first picture of
	// anybody, 0 until then.
	FirstFrameMs int `json:"firstFrameMs,omitempty"`
	// Problem is why the call cannot begin, or ended.
	Problem *Problem `json:"problem,omitempty"`
	// Again: in StateEnded, joining once more with the same link can work.
	Again  bool          `json:"again,omitempty"`
	Me     Me            `json:"me"`
	People []Person      `json:"people"` // the others, in the order they came
	Chat   []ChatMessage `json:"chat,omitempty"`
	// CanChat: the host offers chat.
	CanChat bool          `json:"canChat,omitempty"`
	Devices media.Devices `json:"devices"`
	Choice  Choice        `json:"choice"`
	// Troubles are devices that do not work now.
	Troubles []DeviceTrouble `json:"troubles,omitempty"`
	Incoming []Incoming      `json:"incoming,omitempty"` // calls that ring
}

// Problem is a sentence by its key in the translations ("call.problem." + Key).
type Problem struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
}

// The problems of a call.
const (
	ProblemBadLink     = "badLink"     // not a link to a call
	ProblemExpired     = "expired"     // link or token unknown, used or expired
	ProblemBadName     = "badName"     // the host does not take the name
	ProblemFull        = "full"        // the host or the room is full
	ProblemNotHosting  = "notHosting"  // the host answers, but hosts no calls now
	ProblemUnreachable = "unreachable" // no answer from {host}
	ProblemNoMedia     = "noMedia"     // signaling works, media does not get through
	ProblemCertificate = "certificate" // the certificate of {host} is not the one the link names
	ProblemUntrusted   = "untrusted"   // {host} has a certificate of its own, and the link names none
	ProblemRemoved     = "removed"     // the host took the person out
	ProblemReplaced    = "replaced"    // joined from elsewhere
	ProblemHostEnded   = "hostEnded"   // the host ended the call
	ProblemHostGone    = "hostGone"    // the host was gone for too long
	ProblemHostError   = "hostError"   // the host did something the protocol does not have
)

// Me is the person of this computer.
type Me struct {
	PeerID   string `json:"peerId,omitempty"`
	Name     string `json:"name"`
	Muted    bool   `json:"muted"`
	Deafened bool   `json:"deafened"`
	Camera   bool   `json:"camera"`  // on
	Sharing  bool   `json:"sharing"` // a screen
	// PushToTalk: muted unless Talking.
	PushToTalk bool `json:"pushToTalk"`
	Talking    bool `json:"talking"` // the key is down
	// Level is the microphone's loudness from 0 to 1 in steps of 1/20.
	Level              float64 `json:"level"`
	Speaking           bool    `json:"speaking"`
	SpeakingWhileMuted bool    `json:"speakingWhileMuted"`
	Quality            Quality `json:"quality"`
}

// Person is somebody else in the call.
type Person struct {
	PeerID   string  `json:"peerId"`
	Name     string  `json:"name"`
	Muted    bool    `json:"muted"` // sends no sound
	Speaking bool    `json:"speaking"`
	Volume   int     `json:"volume"`   // percent, 0 to 200
	Silenced bool    `json:"silenced"` // muted here only
	Quality  Quality `json:"quality"`
	Videos   []Video `json:"videos"`
}

// Video is one video of a person. Its ID is what App.Show takes.
type Video struct {
	ID     string `json:"id"`
	Screen bool   `json:"screen"`
	Width  int    `json:"width"` // 0 until the first frame
	Height int    `json:"height"`
	Frozen bool   `json:"frozen"` // no new picture though the person sends
}

// IDs of the person's own videos for App.Show.
const (
	VideoSelf   = "self"
	VideoScreen = "screen"
)

// Quality is how good somebody's connection is, in words of the translations.
type Quality string

// The qualities.
const (
	QualityUnknown Quality = ""
	QualityGood    Quality = "good"
	QualityWeak    Quality = "weak"
	QualityBad     Quality = "bad"
)

// Choice is what the person chose; it is remembered.
type Choice struct {
	Microphone string           `json:"microphone"` // IDs as in package media
	Speaker    string           `json:"speaker"`
	Camera     string           `json:"camera"`
	Processing media.Processing `json:"processing"`
	PushToTalk bool             `json:"pushToTalk"`
}

// DeviceKind tells the devices apart.
type DeviceKind string

// The kinds of devices.
const (
	Microphone DeviceKind = "microphone"
	Speaker    DeviceKind = "speaker"
	Camera     DeviceKind = "camera"
	Screen     DeviceKind = "screen"
)

// DeviceTrouble is a device that was chosen and does not work now.
type DeviceTrouble struct {
	Kind    DeviceKind    `json:"kind"`
	Name    string        `json:"name"`
	Trouble media.Trouble `json:"trouble"`
}

// ChatMessage is one line of the chat.
type ChatMessage struct {
	From string    `json:"from"` // a name; empty: the person's own
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Incoming is a call that rings.
type Incoming struct {
	ID   string `json:"id"`
	From string `json:"from"`
	// Title is what the person calls them; empty: nothing else.
	Title string `json:"title,omitempty"`
	// Group is the title of the group whose call it is; empty: a friend's.
	Group    string    `json:"group,omitempty"`
	CallType string    `json:"callType"`
	At       time.Time `json:"at"`
}
