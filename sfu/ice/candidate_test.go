package ice

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"testing"
)

func TestHostCandidates(t *testing.T) {
	addrs := []netip.AddrPort{
		netip.MustParseAddrPort("[2001:db8::1]:40000"),
		netip.MustParseAddrPort("0.0.0.0:40000"),
		netip.MustParseAddrPort("[::ffff:198.51.100.1]:40000"),
		netip.MustParseAddrPort("[fe80::1%eth0]:40000"),
		{},
		netip.MustParseAddrPort("192.168.1.2:0"),
		netip.MustParseAddrPort("198.51.100.1:40001"),
	}
	got, err := json.MarshalIndent(HostCandidates(addrs), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
 {
  "foundation": "udp1",
  "priority": 2130706431,
  "address": "2001:db8::1",
  "ip": "2001:db8::1",
  "protocol": "udp",
  "port": 40000,
  "type": "host"
 },
 {
  "foundation": "udp2",
  "priority": 2130706175,
  "address": "198.51.100.1",
  "ip": "198.51.100.1",
  "protocol": "udp",
  "port": 40000,
  "type": "host"
 },
 {
  "foundation": "udp3",
  "priority": 2130705919,
  "address": "fe80::1",
  "ip": "fe80::1",
  "protocol": "udp",
  "port": 40000,
  "type": "host"
 },
 {
  "foundation": "udp2",
  "priority": 2130705663,
  "address": "198.51.100.1",
  "ip": "198.51.100.1",
  "protocol": "udp",
  "port": 40001,
  "type": "host"
 }
]`
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestNoHostCandidatesAreAnEmptyList(t *testing.T) {
	if got, err := json.Marshal(HostCandidates(nil)); err != nil || string(got) != "[]" {
		t.Errorf("got %s, %v, want []", got, err)
	}
}

func TestParametersJson(t *testing.T) {
	got, err := json.Marshal(Parameters{UsernameFragment: "u", Password: "p", IceLite: true})
	if want := `{"usernameFragment":"u","password":"p","iceLite":true}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestNewCredentials(t *testing.T) {
	ufragForm := regexp.MustCompile(`^[A-Za-z0-9+/]{16}$`)
	passwordForm := regexp.MustCompile(`^[A-Za-z0-9+/]{22,256}$`)
	seen := map[string]bool{}
	for range 100 {
		ufrag, password := NewCredentials()
		if !ufragForm.MatchString(ufrag) || !passwordForm.MatchString(password) {
			t.Fatalf("got %q, %q", ufrag, password)
		}
		if seen[ufrag] || seen[password] || password[:len(ufrag)] == ufrag {
			t.Fatalf("%q, %q are not random", ufrag, password)
		}
		seen[ufrag], seen[password] = true, true
		if _, err := New(Config{UsernameFragment: ufrag, Password: password}); err != nil {
			t.Fatalf("New: %v", err)
		}
	}
}

func TestTcpCandidates(t *testing.T) {
	got, err := json.MarshalIndent(TcpCandidates([]netip.AddrPort{
		netip.MustParseAddrPort("198.51.100.1:40000"), netip.MustParseAddrPort("192.168.1.2:40000"),
	}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
 {
  "foundation": "tcp1",
  "priority": 1520435199,
  "address": "198.51.100.1",
  "ip": "198.51.100.1",
  "protocol": "tcp",
  "port": 40000,
  "type": "host",
  "tcpType": "passive"
 },
 {
  "foundation": "tcp2",
  "priority": 1520434943,
  "address": "192.168.1.2",
  "ip": "192.168.1.2",
  "protocol": "tcp",
  "port": 40000,
  "type": "host",
  "tcpType": "passive"
 }
]`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
