package ice

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// step is a check that has to be accepted and what it leads to.
type step struct {
	from       string
	attributes []stun.Setter
	state      State
	selected   string
	changed    bool
}

func TestChecksOfBrowsers(t *testing.T) {
	const (
		wifi   = "192.168.1.20:50001"
		public = "198.51.100.7:61000"
		moved  = "198.51.100.7:61999"
		lte    = "[2001:db8::7]:40000"
	)
	tests := []struct {
		name  string
		steps []step
	}{
		// Chromium pings every pair and sends USE-CANDIDATE to a lite peer on
		// the pair it has selected, with every ping.
		{"Chromium", []step{
			{wifi, nil, StateConnected, wifi, true},
			{public, nil, StateConnected, wifi, false},
			{wifi, []stun.Setter{useCandidate}, StateCompleted, wifi, true},
			{wifi, []stun.Setter{useCandidate}, StateCompleted, wifi, false},
			{public, nil, StateCompleted, wifi, false},
		}},
		{"Chromium moves to a better pair and back", []step{
			{public, []stun.Setter{useCandidate}, StateCompleted, public, true},
			{wifi, nil, StateCompleted, public, false},
			{wifi, []stun.Setter{useCandidate}, StateCompleted, wifi, true},
			{public, []stun.Setter{useCandidate}, StateCompleted, public, true},
		}},
		// Firefox nominates the first pair that works, then sends consent
		// checks on it.
		{"Firefox", []step{
			{wifi, nil, StateConnected, wifi, true},
			{wifi, []stun.Setter{useCandidate}, StateCompleted, wifi, true},
			{wifi, nil, StateCompleted, wifi, false},
		}},
		{"the pair nominated is not the first checked", []step{
			{wifi, nil, StateConnected, wifi, true},
			{public, nil, StateConnected, wifi, false},
			{public, []stun.Setter{useCandidate}, StateCompleted, public, true},
		}},
		{"aggressive nomination", []step{
			{wifi, []stun.Setter{useCandidate}, StateCompleted, wifi, true},
			{public, []stun.Setter{useCandidate}, StateCompleted, public, true},
		}},
		{"never nominates", []step{
			{wifi, nil, StateConnected, wifi, true},
			{wifi, nil, StateConnected, wifi, false},
			{lte, nil, StateConnected, wifi, false},
		}},
		{"the NAT picks another port", []step{
			{public, []stun.Setter{useCandidate}, StateCompleted, public, true},
			{moved, []stun.Setter{useCandidate}, StateCompleted, moved, true},
			{moved, []stun.Setter{useCandidate}, StateCompleted, moved, false},
		}},
		{"from IPv4 to IPv6", []step{
			{public, []stun.Setter{useCandidate}, StateCompleted, public, true},
			{lte, []stun.Setter{useCandidate}, StateCompleted, lte, true},
		}},
		{"renomination", []step{
			{wifi, []stun.Setter{nomination(1)}, StateCompleted, wifi, true},
			{public, []stun.Setter{nomination(2)}, StateCompleted, public, true},
			{wifi, []stun.Setter{nomination(1)}, StateCompleted, public, false},
			{wifi, []stun.Setter{nomination(2), useCandidate}, StateCompleted, public, false},
			{wifi, []stun.Setter{nomination(3), useCandidate}, StateCompleted, wifi, true},
		}},
		{"renomination that is none", []step{
			{wifi, []stun.Setter{nomination(0)}, StateConnected, wifi, true},
			{wifi, []stun.Setter{nomination(1)}, StateCompleted, wifi, true},
		}},
		{"only the first NOMINATION counts", []step{
			{wifi, []stun.Setter{nomination(5)}, StateCompleted, wifi, true},
			{public, []stun.Setter{nomination(4), nomination(9)}, StateCompleted, wifi, false},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			wantSelected(t, s, StateNew, Tuple{})
			for i, st := range tt.steps {
				from := udp(st.from)
				now := start.Add(time.Duration(i) * time.Second)
				if got := accept(t, s, now, validCheck(t, st.attributes...), from); got != st.changed {
					t.Errorf("step %d: changed: got %v, want %v", i, got, st.changed)
				}
				wantSelected(t, s, st.state, udp(st.selected))
				if !s.IsValid(from) {
					t.Errorf("step %d: %v is not valid", i, from)
				}
				if s.LastStun() != now {
					t.Errorf("step %d: last stun %v, want %v", i, s.LastStun(), now)
				}
			}
		})
	}
}

func TestRoleAttributes(t *testing.T) {
	tests := []struct {
		name  string
		roles []stun.Setter
		ok    bool
	}{
		{"controlling", []stun.Setter{controlling}, true},
		{"none", nil, true},
		{"controlled", []stun.Setter{controlled}, false},
		{"both", []stun.Setter{controlling, controlled}, false},
		{"controlled and nominating", []stun.Setter{controlled, useCandidate}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			packet := check(t, testUfrag, testPassword, append(tt.roles, priority)...)
			if tt.ok {
				accept(t, s, start, packet, victim)
				return
			}
			m := decode(t, refused(t, s, packet, victim, ErrRoleConflict))
			wantErrorCode(t, m, stun.CodeRoleConflict)
			wantAnswerTo(t, m, packet)
			wantSigned(t, m, testPassword)
		})
	}
}

func TestUnknownAttributes(t *testing.T) {
	raw := func(types ...stun.AttrType) (attributes []stun.Setter) {
		for _, typ := range types {
			attributes = append(attributes, stun.RawAttribute{Type: typ, Value: []byte{1, 2, 3}})
		}
		return attributes
	}
	tests := []struct {
		name       string
		attributes []stun.Setter
		unknown    stun.UnknownAttributes
	}{
		{"optional ones", raw(0x8055, 0xC057, 0xC059, 0xC070, 0xFFFF), nil},
		{"those of STUN that say nothing here", raw(stun.AttrRealm, stun.AttrNonce, stun.AttrSoftware), nil},
		{"one", raw(0x0055), stun.UnknownAttributes{0x0055}},
		{"TURN's", raw(stun.AttrLifetime, stun.AttrXORPeerAddress), stun.UnknownAttributes{stun.AttrLifetime, stun.AttrXORPeerAddress}},
		{"many", raw(0x51, 0x52, 0x53, 0x54, 0x55, 0x56), stun.UnknownAttributes{0x51, 0x52, 0x53, 0x54}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			packet := validCheck(t, tt.attributes...)
			if tt.unknown == nil {
				accept(t, s, start, packet, victim)
				return
			}
			m := decode(t, refused(t, s, packet, victim, ErrUnknownAttribute))
			wantErrorCode(t, m, stun.CodeUnknownAttribute)
			wantSigned(t, m, testPassword)
			var got stun.UnknownAttributes
			if err := got.GetFrom(m); err != nil || !slices.Equal(got, tt.unknown) {
				t.Errorf("UNKNOWN-ATTRIBUTES: got %v, %v, want %v", got, err, tt.unknown)
			}
		})
	}
}

func TestMessagesThatAreNoChecks(t *testing.T) {
	typ := func(m stun.Method, c stun.MessageClass) []byte {
		return build(t, stun.TransactionID, stun.NewType(m, c), stun.NewUsername(testUfrag+":r"),
			useCandidate, stun.NewShortTermIntegrity(testPassword), stun.Fingerprint)
	}
	badLength := validCheck(t, stun.RawAttribute{Type: stun.AttrUseCandidate, Value: []byte{1}})
	tests := []struct {
		name   string
		packet []byte
		want   error
	}{
		{"indication", typ(stun.MethodBinding, stun.ClassIndication), nil},
		{"success", typ(stun.MethodBinding, stun.ClassSuccessResponse), nil},
		{"error", typ(stun.MethodBinding, stun.ClassErrorResponse), nil},
		{"TURN", typ(stun.MethodAllocate, stun.ClassRequest), ErrUnknownMethod},
		{"nothing", nil, ErrMalformed},
		{"USE-CANDIDATE with a value", badLength, ErrMalformed},
		{"NOMINATION too short", validCheck(t, stun.RawAttribute{Type: attrNomination, Value: []byte{1}}), ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if reply := refused(t, newServer(t), tt.packet, attacker, tt.want); reply != nil {
				t.Errorf("got reply %x, want silence", reply)
			}
		})
	}
}

func TestSourcesThatCannotBeAnswered(t *testing.T) {
	for _, from := range []Tuple{{}, udp("192.0.2.1:0")} {
		if reply := refused(t, newServer(t), validCheck(t), from, ErrInvalidSource); reply != nil {
			t.Errorf("reply to %v: %x", from, reply)
		}
	}
}

func TestRestart(t *testing.T) {
	const newUfrag, newPassword = "restarted", "anotherPasswordOf25Letters"
	s := serverIn(t, StateCompleted)
	if err := s.Restart(newUfrag, newPassword); err != nil {
		t.Fatalf("Restart: %v", err)
	}
	wantSelected(t, s, StateCompleted, victim)
	if got, want := s.UsernameFragments(), []string{testUfrag, newUfrag}; !slices.Equal(got, want) {
		t.Errorf("fragments: got %v, want %v", got, want)
	}

	// The peer's checks in flight carry the old credentials, and are answered with them.
	accept(t, s, start, validCheck(t), victim)
	refused(t, s, check(t, newUfrag, testPassword), attacker, ErrUnauthorized)
	refused(t, s, check(t, testUfrag, newPassword), attacker, ErrUnauthorized)

	packet := check(t, newUfrag, newPassword, controlling, useCandidate)
	reply, changed, err := s.HandleStun(start, packet, attacker)
	if err != nil || !changed {
		t.Fatalf("HandleStun: %v, %v", changed, err)
	}
	wantSigned(t, decode(t, reply), newPassword)
	wantSelected(t, s, StateCompleted, attacker)

	// From the first check with the new ones on, the old ones are void.
	if got, want := s.UsernameFragments(), []string{newUfrag}; !slices.Equal(got, want) {
		t.Errorf("fragments: got %v, want %v", got, want)
	}
	refused(t, s, validCheck(t, useCandidate), udp("192.0.2.9:9"), ErrUnauthorized)

	wantError(t, s.Restart("abc", newPassword), ErrInvalidConfig)
	wantError(t, s.Restart(newUfrag, "short"), ErrInvalidConfig)
}

func TestRestartAcceptsNominationsAnew(t *testing.T) {
	const newUfrag = "restarted"
	s := newServer(t)
	accept(t, s, start, validCheck(t, nomination(9)), victim)
	if err := s.Restart(newUfrag, testPassword); err != nil {
		t.Fatal(err)
	}
	accept(t, s, start, validCheck(t, nomination(10)), victim) // on its way when the restart came
	accept(t, s, start, check(t, newUfrag, testPassword, controlling, nomination(1)), attacker)
	wantSelected(t, s, StateCompleted, attacker)
}

// However often the host restarts, the peer that knows of none of it goes on, and
// one that hears of the last but one is let in.
func TestManyRestarts(t *testing.T) {
	s := serverIn(t, StateCompleted)
	for i := range 20 {
		if err := s.Restart(fmt.Sprintf("restart%02d", i), testPassword); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.UsernameFragments(), []string{testUfrag, "restart18", "restart19"}; !slices.Equal(got, want) {
		t.Errorf("fragments: got %v, want %v", got, want)
	}
	accept(t, s, start, validCheck(t), victim)
	refused(t, s, check(t, "restart17", testPassword), attacker, ErrUnauthorized)
	accept(t, s, start, check(t, "restart18", testPassword, controlling), victim)
	refused(t, s, validCheck(t), attacker, ErrUnauthorized)
	accept(t, s, start, check(t, "restart19", testPassword, controlling), victim)
	if got, want := s.UsernameFragments(), []string{"restart19"}; !slices.Equal(got, want) {
		t.Errorf("fragments: got %v, want %v", got, want)
	}
}

func TestClose(t *testing.T) {
	s := serverIn(t, StateCompleted)
	generation := s.Generation()
	for range 2 {
		s.Close()
		wantSelected(t, s, StateClosed, Tuple{})
	}
	if s.IsValid(victim) || len(s.Tuples()) != 0 || s.Generation() != generation+1 {
		t.Errorf("tuples after Close: %v", s.Tuples())
	}
	if reply := refused(t, s, validCheck(t), victim, ErrClosed); reply != nil {
		t.Errorf("reply after Close: %x", reply)
	}
	if s.CheckConsent(start.Add(time.Hour)) {
		t.Error("CheckConsent after Close changed something")
	}
	wantError(t, s.Restart(testUfrag, testPassword), ErrClosed)
	wantSelected(t, s, StateClosed, Tuple{})
}

func TestNewRefuses(t *testing.T) {
	good := Config{UsernameFragment: testUfrag, Password: testPassword}
	tests := []struct {
		name   string
		change func(c *Config)
	}{
		{"no fragment", func(c *Config) { c.UsernameFragment = "" }},
		{"short fragment", func(c *Config) { c.UsernameFragment = "abc" }},
		{"long fragment", func(c *Config) { c.UsernameFragment = string(make([]byte, 257)) }},
		{"fragment with a colon", func(c *Config) { c.UsernameFragment = "local:ufrag" }},
		{"no password", func(c *Config) { c.Password = "" }},
		{"short password", func(c *Config) { c.Password = "aPasswordOf21Letters!" }},
		{"password with a space", func(c *Config) { c.Password = "a password of 23 letter" }},
		{"negative timeout", func(c *Config) { c.ConsentTimeout = -1 }},
		{"one tuple", func(c *Config) { c.MaxTuples = 1 }},
		{"negative tuples", func(c *Config) { c.MaxTuples = -1 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			tt.change(&c)
			s, err := New(c)
			wantError(t, err, ErrInvalidConfig)
			if s != nil {
				t.Error("got a server")
			}
		})
	}
}

func TestRepliesAreTheCallers(t *testing.T) {
	s := newServer(t)
	first, _, _ := s.HandleStun(start, validCheck(t), victim)
	kept := slices.Clone(first)
	_, _, _ = s.HandleStun(start, validCheck(t), attacker)
	if !slices.Equal(first, kept) {
		t.Error("a later reply overwrote an earlier one")
	}
}

func TestHandleStunLeavesThePacketAlone(t *testing.T) {
	buffer := append(validCheck(t, useCandidate), make([]byte, 100)...)
	want := slices.Clone(buffer)
	_, _, _ = newServer(t).HandleStun(start, buffer[:len(buffer)-100], victim)
	if !slices.Equal(buffer, want) {
		t.Error("the packet or the memory behind it was changed")
	}
}
