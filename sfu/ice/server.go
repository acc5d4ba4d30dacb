package ice

import (
	"fmt"
	"slices"
	"time"

	"github.com/pion/stun/v3"
)

const (
	defaultConsentTimeout = 30 * time.Second // RFC 7675 §5.1
	defaultMaxTuples      = 8                // mediasoup's
	minMaxTuples          = 2                // the selected one and its successor
	maxGenerations        = 3                // of credentials: the peer's, and two that it may not know yet

	// rebindSilence is how long the selected address must have been silent before
	// another takes its place by what comes from there.
	rebindSilence = 500 * time.Millisecond
)

// State is how far a transport's ICE got, in mediasoup's words.
type State string

// The states of a Server.
const (
	StateNew          State = "new"          // no valid check came yet
	StateConnected    State = "connected"    // valid checks came, none nominated
	StateCompleted    State = "completed"    // the peer nominated an address
	StateDisconnected State = "disconnected" // consent was lost; a check revives it
	StateClosed       State = "closed"       // Close was called
)

// Config is what a Server is made of.
type Config struct {
	// UsernameFragment and Password are the local credentials, as
	// NewCredentials makes them.
	UsernameFragment string
	Password         string
	// ConsentTimeout is how long an address stays valid without a check from
	// it; 0 means 30 s.
	ConsentTimeout time.Duration
	// MaxTuples is how many addresses of the peer are valid at once; 0 means 8.
	MaxTuples int
}

// Server answers the checks of one transport's peer. Not safe for concurrent
// use: the transport's mutex guards it.
type Server struct {
	consentTimeout time.Duration

	// valid are the credentials that checks may be signed with. The first are those
	// that the peer uses; Restart adds others behind them, which the peer learns of
	// a round trip later, if it does at all.
	valid []*credentials

	state      State
	tuples     tuples
	selected   Tuple
	nomination uint32
	lastStun   time.Time
	lastHeard  time.Time // any authentic packet
	selectedAt time.Time // when the selected address was last heard
}

// New makes a Server that waits for its first check.
func New(c Config) (*Server, error) {
	if c.ConsentTimeout == 0 {
		c.ConsentTimeout = defaultConsentTimeout
	}
	if c.MaxTuples == 0 {
		c.MaxTuples = defaultMaxTuples
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	current, err := newCredentials(c.UsernameFragment, c.Password)
	if err != nil {
		return nil, err
	}
	return &Server{
		consentTimeout: c.ConsentTimeout,
		valid:          []*credentials{current},
		state:          StateNew,
		tuples:         tuples{limit: c.MaxTuples},
	}, nil
}

func (c Config) validate() error {
	switch {
	case c.ConsentTimeout < 0:
		return fmt.Errorf("%w: consent timeout %v", ErrInvalidConfig, c.ConsentTimeout)
	case c.MaxTuples < minMaxTuples:
		return fmt.Errorf("%w: %d tuples", ErrInvalidConfig, c.MaxTuples)
	}
	return nil
}

// HandleStun takes a STUN message of this transport that came from the given
// address. A reply, if there is one, goes back there; it is the caller's to
// keep. changed tells that State or Selected is another than before. err says
// why a message was not accepted and may come together with a reply: send the
// reply whenever it is not nil.
func (s *Server) HandleStun(now time.Time, packet []byte, from Tuple) (reply []byte, changed bool, err error) {
	if s.state == StateClosed {
		return nil, false, ErrClosed
	}
	if !from.IsValid() || from.Port() == 0 {
		return nil, false, ErrInvalidSource
	}
	r, err := parse(packet)
	if err != nil {
		return nil, false, err
	}
	if r.typ.Class != stun.ClassRequest {
		// Keepalive indications ask for nothing (RFC 8445 §11), and responses
		// cannot be to us: a lite agent sends no requests.
		return nil, false, nil
	}
	if r.typ.Method != stun.MethodBinding {
		return nil, false, ErrUnknownMethod
	}
	return s.handleCheck(now, &r, from)
}

// handleCheck answers a connectivity check (RFC 8445 §7.3). The order is the
// security of it: nothing changes before authenticate said yes.
func (s *Server) handleCheck(now time.Time, r *request, from Tuple) (reply []byte, changed bool, err error) {
	if r.fingerprintAt == 0 {
		return failure(r, stun.CodeBadRequest, nil), false, ErrBadRequest
	}
	if !r.fingerprintMatches() {
		return nil, false, ErrFingerprint
	}
	if r.integrityAt == 0 || r.username == nil {
		return failure(r, stun.CodeBadRequest, nil), false, ErrBadRequest
	}
	signer := s.authenticate(r)
	switch {
	case signer == nil:
		return failure(r, stun.CodeUnauthorized, nil), false, ErrUnauthorized
	case r.unknownCount > 0:
		return failure(r, stun.CodeUnknownAttribute, signer), false, ErrUnknownAttribute
	case r.controlled:
		return failure(r, stun.CodeRoleConflict, signer), false, ErrRoleConflict
	}
	return success(r, from.AddrPort, signer), s.accept(now, r, from), nil
}

// authenticate finds the credentials that a check is signed with, nil if none
// (RFC 8489 §9.1.3). The first check with newer ones ends those before them.
func (s *Server) authenticate(r *request) *credentials {
	local, ok := r.localFragment()
	if !ok {
		return nil
	}
	for i, c := range s.valid {
		if string(local) != c.usernameFragment || !c.signed(r) {
			continue
		}
		if i > 0 {
			s.valid = slices.Delete(s.valid, 0, i)
			s.nomination = 0 // they count anew
		}
		return c
	}
	return nil
}

// accept makes the source of an authenticated check valid and selects it when
// it is the first or nominated. Clients that never nominate stay with the
// first address until its consent ends.
func (s *Server) accept(now time.Time, r *request, from Tuple) (changed bool) {
	s.lastStun, s.lastHeard = now, now
	s.tuples.refresh(now, from, s.selected)

	switch {
	case s.nominates(r):
		changed = s.selected != from || s.state != StateCompleted
		s.selected, s.state = from, StateCompleted
	case !s.selected.IsValid():
		changed = true
		s.selected, s.state = from, StateConnected
	}
	if from == s.selected {
		s.selectedAt = now
	}
	return changed
}

// Heard takes note of a packet other than a check that the peer has proved to be
// its own: SRTP. Media comes from the address that the peer has selected; where
// that is another valid one than ours, and ours has fallen silent, the peer's is
// the one in force. A NAT that has given the peer another port makes it so, and a
// peer that does not know of it nominates nothing. changed is as HandleStun's.
func (s *Server) Heard(now time.Time, from Tuple) (changed bool) {
	s.lastHeard = now
	if from == s.selected {
		s.selectedAt = now
		return false
	}
	if now.Sub(s.selectedAt) < rebindSilence || s.tuples.find(from) < 0 {
		return false
	}
	s.selected, s.selectedAt = from, now
	return true
}

// nominates tells whether the check makes its source the selected one: by
// USE-CANDIDATE (RFC 8445 §7.3.1.5), or by a NOMINATION that is newer than
// the one in force.
func (s *Server) nominates(r *request) bool {
	if !r.hasNomination {
		return r.useCandidate
	}
	if r.nomination <= s.nomination {
		return false
	}
	s.nomination = r.nomination
	return true
}

// IsValid tells whether an authenticated check came from the address within
// the consent timeout. Nothing but STUN may be taken from any other address.
func (s *Server) IsValid(from Tuple) bool {
	return from == s.selected && from.IsValid() || s.tuples.find(from) >= 0
}

// Selected is the address to send to, if there is one.
func (s *Server) Selected() (Tuple, bool) {
	return s.selected, s.selected.IsValid()
}

// State is how far ICE got.
func (s *Server) State() State {
	return s.state
}

// LastStun is the time of the last authenticated check, zero before the first.
func (s *Server) LastStun() time.Time {
	return s.lastStun
}

// LastHeard is the time of the last authentic packet of any kind, zero before the
// first.
func (s *Server) LastHeard() time.Time {
	return s.lastHeard
}

// Tuples are the valid addresses, those known longest first.
func (s *Server) Tuples() []Tuple {
	return s.tuples.addresses()
}

// Generation changes whenever the set of valid addresses does: an index of
// transports by address needs updating only then.
func (s *Server) Generation() uint64 {
	return s.tuples.generation
}

// UsernameFragments are those that checks for this Server may carry, the newest
// last: after Restart the earlier ones too, until the peer uses a newer one.
func (s *Server) UsernameFragments() []string {
	fragments := make([]string, 0, len(s.valid))
	for _, c := range s.valid {
		fragments = append(fragments, c.usernameFragment)
	}
	return fragments
}

// Generations is how many UsernameFragments there are.
func (s *Server) Generations() int {
	return len(s.valid)
}

// CheckConsent forgets every address without an authenticated check for the
// consent timeout (RFC 7675 §5.1): nothing may be sent there any more. If the
// selected one is among them, the one checked last takes its place; if none
// is left, the state is disconnected until a new check comes.
func (s *Server) CheckConsent(now time.Time) (changed bool) {
	s.tuples.expire(now.Add(-s.consentTimeout))
	return s.reselect()
}

// Forget drops an address that cannot be reached any more: its connection has
// ended. What follows is as with CheckConsent.
func (s *Server) Forget(from Tuple) (changed bool) {
	s.tuples.forget(from)
	return s.reselect()
}

// reselect replaces the selected address where it is not valid any more.
func (s *Server) reselect() (changed bool) {
	if !s.selected.IsValid() || s.tuples.find(s.selected) >= 0 {
		return false
	}
	next, ok := s.tuples.latest()
	s.selected = next
	if !ok {
		s.state = StateDisconnected
		s.nomination = 0
	}
	return true
}

// Restart adds new credentials (RFC 8445 §9). Media goes on over the valid
// addresses, and the credentials that the peer uses hold until it uses newer
// ones: it may never hear of these. Of those that it has not used, the last two
// are valid, as an answer may be on its way when the next restart begins.
func (s *Server) Restart(usernameFragment, password string) error {
	if s.state == StateClosed {
		return ErrClosed
	}
	next, err := newCredentials(usernameFragment, password)
	if err != nil {
		return err
	}
	if len(s.valid) == maxGenerations {
		s.valid = slices.Delete(s.valid, 1, 2)
	}
	s.valid = append(s.valid, next)
	return nil
}

// Close forgets every address; no packet is accepted or answered any more.
func (s *Server) Close() {
	s.state = StateClosed
	s.selected = Tuple{}
	s.tuples.clear()
}
