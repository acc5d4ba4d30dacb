package doctor

import "time"

// State is how a check came out.
type State string

// The states, from best to worst; Unknown says that nothing can be said, and why.
const (
	Pass    State = "pass"
	Unknown State = "unknown"
	Warn    State = "warn"
	Fail    State = "fail"
)

// Check is what was looked at.
type Check string

// The checks, in the order in which they are told.
const (
	CheckNetwork     Check = "network"     // a way out, and the address in the internet
	CheckName        Check = "name"        // the name leads here
	CheckAnnounce    Check = "announce"    // addresses in the settings are right
	CheckWeb         Check = "web"         // the web port, tried from this machine
	CheckMedia       Check = "media"       // the media port, tried from this machine
	CheckRouter      Check = "router"      // what the router promises
	CheckNAT         Check = "nat"         // routers between this one and the internet
	CheckOutside     Check = "outside"     // the web port, tried from outside
	CheckOutsideUDP  Check = "outsideUDP"  // media over UDP, tried from outside
	CheckOutsideTCP  Check = "outsideTCP"  // media over TCP, tried from outside
	CheckRelay       Check = "relay"       // the relay, tried from this machine
	CheckCertificate Check = "certificate" // what browsers will say of it
	CheckClock       Check = "clock"       // compared with another computer's
	CheckUplink      Check = "uplink"      // how many people it carries
)

// checks are all of them, in order.
func checks() []Check {
	return []Check{
		CheckNetwork, CheckName, CheckAnnounce, CheckWeb, CheckMedia, CheckRouter, CheckNAT,
		CheckOutside, CheckOutsideUDP, CheckOutsideTCP, CheckRelay, CheckCertificate, CheckClock, CheckUplink,
	}
}

// Finding is what one check found.
type Finding struct {
	Check Check `json:"check"`
	State State `json:"state"`
	// Key names the sentence of what was found, Key + ".means" what that means and
	// Key + ".do" what to do about it; the latter two are there unless it is a Pass.
	Key string `json:"key"`
	// Args fill the places of all three.
	Args map[string]string `json:"args,omitempty"`
	// IsSure says of what was tried from outside that no single friend's word is all
	// there is: whom the settings name has tried, or, where nobody got in, two have.
	IsSure bool `json:"sure,omitempty"`
}

// Verdict is all of it in one word.
type Verdict string

// The verdicts.
const (
	VerdictOpen     Verdict = "open"     // somebody outside got in, to web and media
	VerdictPartly   Verdict = "partly"   // somebody outside got in, but not everywhere
	VerdictClosed   Verdict = "closed"   // somebody outside tried, and did not get in
	VerdictUntested Verdict = "untested" // the router says yes, or needs not be asked; nobody has tried
	VerdictHome     Verdict = "home"     // nothing leads here from outside, as far as is known
	VerdictLocal    Verdict = "local"    // only this computer is served
	VerdictOffline  Verdict = "offline"  // no network
	VerdictBroken   Verdict = "broken"   // not even this machine gets in
)

// Report is what an examination found so far.
type Report struct {
	// At is when it ended, or began while it is Running.
	At      time.Time `json:"at"`
	Running bool      `json:"running"`
	// Total is how many findings there will be.
	Total int `json:"total"`
	// Verdict is empty while it is Running, and Worst the worst state that was found.
	Verdict  Verdict   `json:"verdict,omitempty"`
	Worst    State     `json:"worst,omitempty"`
	Findings []Finding `json:"findings"`
	// Asked are those who tried from outside: friends' domains, or the address in
	// the settings.
	Asked []string `json:"asked,omitempty"`
	// Seen is the address from which they saw us, empty if nobody did.
	Seen string `json:"seen,omitempty"`
	// UplinkBps is in bits per second, 0: not measured. UplinkPeople is how many
	// people with video it carries, the owner among them.
	UplinkBps    uint64 `json:"uplinkBps,omitempty"`
	UplinkPeople int    `json:"uplinkPeople,omitempty"`
}

// Wishes are what the owner agrees to.
type Wishes struct {
	// AskFriends lets friends' hosts try from outside; they see that this host asks,
	// and its address.
	AskFriends bool `json:"askFriends,omitempty"`
	// Uplink measures it, which takes up to 8 MB.
	Uplink bool `json:"uplink,omitempty"`
}
