package ice

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/stun/v3"
)

// Test vectors of RFC 5769; all with the password below.
const vectorPassword = "VOkJxbRl1RmTxUk/WvJxBt"

// vectorRequest is §2.1, a check of a controlled agent.
func vectorRequest(t testing.TB) []byte {
	t.Helper()
	return unhex(t, `00010058 2112a442 b7e7a701 bc34d686 fa87dfae
		80220010 5354554e 20746573 7420636c 69656e74
		00240004 6e0001ff
		80290008 932ff9b1 51263b36
		00060009 6576746a 3a683676 59202020
		00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
		80280004 e57a3bcf`)
}

func TestRfc5769Request(t *testing.T) {
	packet := vectorRequest(t)
	if got, ok := LocalUsernameFragment(packet); got != "evtj" || !ok {
		t.Errorf("LocalUsernameFragment: got %q, %v", got, ok)
	}
	s, err := New(Config{UsernameFragment: "evtj", Password: vectorPassword})
	if err != nil {
		t.Fatal(err)
	}
	// Its signature is right; it is refused for its role alone.
	m := decode(t, refused(t, s, packet, victim, ErrRoleConflict))
	wantErrorCode(t, m, stun.CodeRoleConflict)
	wantSigned(t, m, vectorPassword)

	for i := range packet {
		changed := slices.Clone(packet)
		changed[i] ^= 0x10
		if _, _, err := s.HandleStun(start, changed, victim); errors.Is(err, ErrRoleConflict) || s.State() != StateNew {
			t.Fatalf("byte %d changed: got %v, state %v", i, err, s.State())
		}
	}
}

// The padding of USERNAME is signed although it says nothing.
func TestRfc5769PaddingIsSigned(t *testing.T) {
	packet := vectorRequest(t)
	at := strings.Index(string(packet), "evtj:h6vY") + len("evtj:h6vY")
	packet[at] = 0
	s, err := New(Config{UsernameFragment: "evtj", Password: vectorPassword})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, s, fixFingerprint(packet), victim, ErrUnauthorized)
}

// §2.2 and §2.3: the mapped addresses of the sample responses.
func TestRfc5769MappedAddress(t *testing.T) {
	tests := []struct{ name, from, want string }{
		{"IPv4", "192.0.2.1:32853", "00200008 0001a147 e112a643"},
		{"IPv4 in IPv6 spelling", "[::ffff:192.0.2.1]:32853", "00200008 0001a147 e112a643"},
		{"IPv6", "[2001:db8:1234:5678:11:2233:4455:6677]:32853", "00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9"},
	}
	r, err := parse(vectorRequest(t))
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCredentials("evtj", vectorPassword)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			reply := success(&r, netip.MustParseAddrPort(tt.from), c)
			want := unhex(t, tt.want)
			if got := reply[headerSize:][:len(want)]; !slices.Equal(got, want) {
				t.Errorf("got %x, want %x", got, want)
			}
			wantSigned(t, decode(t, reply), vectorPassword)
		})
	}
}

// §2.4 belongs to long-term credentials: it has no place in ICE.
func TestRfc5769LongTermRequestIsRefused(t *testing.T) {
	packet := unhex(t, `00010060 2112a442 78ad3433 c6ad72c0 29da412e
		00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
		0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
		0014000b 6578616d 706c652e 6f726700
		00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`)
	if got, ok := LocalUsernameFragment(packet); ok {
		t.Errorf("LocalUsernameFragment: got %q", got)
	}
	refused(t, newServer(t), packet, attacker, ErrBadRequest)
}

func TestLocalUsernameFragment(t *testing.T) {
	request := func(setters ...stun.Setter) []byte {
		return build(t, append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, setters...)...)
	}
	tests := []struct {
		name   string
		packet []byte
		want   string
	}{
		{"a check", validCheck(t), testUfrag},
		{"several colons", request(stun.NewUsername("a:b:c")), "a"},
		{"the first USERNAME", request(stun.NewUsername("first:x"), stun.NewUsername("second:x")), "first"},
		{"nothing behind the colon", request(stun.NewUsername("local:")), "local"},
		{"no colon", request(stun.NewUsername("local")), ""},
		{"nothing before the colon", request(stun.NewUsername(":remote")), ""},
		{"empty USERNAME", request(stun.NewUsername("")), ""},
		{"too long", request(stun.RawAttribute{Type: stun.AttrUsername, Value: []byte("a:" + strings.Repeat("x", 600))}), ""},
		{"no USERNAME", request(), ""},
		{"no STUN", make([]byte, 20), ""},
		{"nothing", nil, ""},
		{"cut off", validCheck(t)[:40], ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := LocalUsernameFragment(tt.packet)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", got, ok, tt.want)
			}
		})
	}
}

func TestIsStun(t *testing.T) {
	good := validCheck(t)
	with := func(i int, value byte) []byte {
		b := slices.Clone(good)
		b[i] = value
		return b
	}
	tests := []struct {
		name string
		b    []byte
		want bool
	}{
		{"a check", good, true},
		{"just a header", good[:20], true},
		{"shorter than a header", good[:19], false},
		{"another cookie", with(4, 0), false},
		{"DTLS", with(0, 22), false},
		{"RTP", with(0, 0x80), false},
		{"TURN channel", with(0, 0x40), false},
		{"nothing", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := IsStun(tt.b); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	header := "0001%s 2112a442 000000000000000000000000"
	message := func(length, attributes string) []byte {
		return unhex(t, strings.Replace(header, "%s", length, 1)+attributes)
	}
	tests := []struct {
		name   string
		packet []byte
	}{
		{"length shorter than the packet", message("0000", "80220000")},
		{"length longer than the packet", message("0008", "80220000")},
		{"length no multiple of four", message("0002", "8022")},
		{"attribute longer than the packet", message("0008", "80220005 01020304")},
		{"longest attribute length", message("0004", "8022ffff")},
		{"MESSAGE-INTEGRITY too long", message("001c", "00080018"+strings.Repeat("00", 24))},
		{"FINGERPRINT too long", message("000c", "80280008 0000000000000000")},
		{"attribute behind FINGERPRINT", message("000c", "80280004 00000000 80220000")},
		{"two FINGERPRINTs", message("0010", "80280004 00000000 80280004 00000000")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parse(tt.packet); err == nil {
				t.Errorf("parse(%x) succeeded", tt.packet)
			}
		})
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
