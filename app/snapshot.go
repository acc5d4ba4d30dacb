package app

import (
	"time"

	"takoshome/app/reach/acme"
	"takoshome/app/session"
	"takoshome/sfu"
	"takoshome/sfu/room"
)

// Snapshot is everything the window and `takoshome status` show. It is
// immutable: a new one is published when something changed.
type Snapshot struct {
	Host        Host         `json:"host"`
	Rooms       []Room       `json:"rooms"`
	Invitations []Invitation `json:"invitations"`
	Totals      Totals       `json:"totals"`
	// Notice is the newest thing the person should know, nil when all is well.
	Notice *Notice `json:"notice,omitempty"`
	// Call is the call that the person of this computer takes part in.
	Call Call `json:"call"`
	// Identity is who this host is, People whom its owner knows.
	Identity Identity `json:"identity"`
	People   People   `json:"people"`
	// Settings are those that the window can change.
	Settings Settings `json:"settings"`
	// Doctor is the latest examination of how this host is reached, nil before the
	// first one.
	Doctor *DoctorReport `json:"doctor,omitempty"`
}

// Call is the call that the person takes part in.
type Call = session.Snapshot

// Wishes are what somebody asks for on the command line, for one call.
type Wishes = session.Wishes

// Room is one call with its people, producers and consumers.
type Room = room.Snapshot

// HostState says whether friends can be hosted at this moment.
type HostState string

// The states of a host.
const (
	HostStopped  HostState = "stopped"
	HostStarting HostState = "starting"
	HostRunning  HostState = "running"
	HostStopping HostState = "stopping"
	HostFailed   HostState = "failed"
)

// Host describes the server part: where it listens and what it tells friends.
type Host struct {
	State HostState `json:"state"`
	// HTTP is the base URL friends open, such as "https://home.example:8443".
	HTTP string `json:"http,omitempty"`
	// RTC is the UDP address for media, such as "0.0.0.0:40000".
	RTC string `json:"rtc,omitempty"`
	// Announced are the addresses offered to friends for media.
	Announced []string  `json:"announced,omitempty"`
	TLS       string    `json:"tls,omitempty"` // "off", "self-signed", "files" or "acme"
	Reach     Reach     `json:"reach,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	// Port are the figures of the media port, nil while it is closed.
	Port *Port `json:"port,omitempty"`
	// Outside is the way from the internet to here, nil while nothing is hosted.
	Outside *Outside `json:"outside,omitempty"`
	// Certificates are how the names stand with the authority, with TLS "acme"; the
	// host's own certificate is shown for as long as none is good. Empty: no name
	// is known that one could be given for.
	Certificates []CertificateState `json:"certificates,omitempty"`
}

// CertificateState is how one name stands with the authority.
type CertificateState = acme.NameStatus

// Port are the figures of the media port.
type Port = sfu.PortStats

// Reach is how far away a friend may be, as far as the announced addresses tell.
type Reach string

// The reaches, from nearest to farthest.
const (
	ReachComputer Reach = "computer" // only this computer (loopback)
	ReachHome     Reach = "home"     // the home network (private addresses)
	ReachWorld    Reach = "world"    // a public address or name is announced; not proof that a router lets friends in
)

// Invitation is a link that lets people join a room.
type Invitation struct {
	ID       string        `json:"id"` // not secret
	Room     string        `json:"room"`
	User     string        `json:"user,omitempty"` // empty: a room link for several guests
	CallType room.CallType `json:"callType"`
	JoinURL  string        `json:"joinUrl,omitempty"`
	// HomeURL is JoinURL as it is opened at home, where that may lead nowhere; empty:
	// JoinURL is for everybody.
	HomeURL   string    `json:"homeUrl,omitempty"`
	UsesLeft  int       `json:"usesLeft"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Totals are sums over all rooms.
type Totals struct {
	People     int     `json:"people"`
	InBps      uint64  `json:"inBps"`
	OutBps     uint64  `json:"outBps"`
	CPUPercent float64 `json:"cpuPercent"` // of one core, this process
}

// Notice is one sentence for the person, with its kind.
type Notice struct {
	// Key names the sentence in the translations, such as "notice.portTaken".
	Key string `json:"key"`
	// Args fill the sentence's places by name.
	Args map[string]string `json:"args,omitempty"`
	// Bad marks an error; otherwise it is information.
	Bad bool      `json:"bad"`
	At  time.Time `json:"at"`
}
