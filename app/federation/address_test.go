package federation

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Security check 43: every address that is not public, in every form.
func TestSec43Addresses(t *testing.T) {
	for _, test := range []struct {
		addr string
		want bool
	}{
		{"8.8.8.8", true},
		{"93.184.215.14", true},
		{"2606:2800:21f:cb07:6820:80da:af6b:8b2c", true},
		{"2001:4860:4860::8888", true},
		{"0.0.0.0", false},
		{"0.1.2.3", false},
		{"10.1.2.3", false},
		{"100.64.0.1", false},
		{"100.127.255.255", false},
		{"100.128.0.1", true},
		{"127.0.0.1", false},
		{"127.255.255.254", false},
		{"169.254.169.254", false},
		{"172.16.0.1", false},
		{"172.31.255.255", false},
		{"172.32.0.1", true},
		{"192.0.0.8", false},
		{"192.0.2.1", false},
		{"192.88.99.1", false},
		{"192.168.1.1", false},
		{"198.18.0.1", false},
		{"198.19.255.255", false},
		{"198.51.100.1", false},
		{"203.0.113.1", false},
		{"224.0.0.1", false},
		{"239.255.255.250", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"::", false},
		{"::1", false},
		{"fc00::1", false},
		{"fd12:3456:789a::1", false},
		{"fe80::1", false},
		{"fe80::1%eth0", false},
		{"2606:2800::1%eth0", false},
		{"fec0::1", false},
		{"ff02::1", false},
		{"ff0e::1", false},
		{"100::1", false},
		{"5f00::1", false},
		{"2001:db8::1", false},
		{"2001:2::1", false},
		{"2001:10::1", false},
		{"2001:20::1", false},
		{"3fff::1", false},
		// v4-mapped
		{"::ffff:127.0.0.1", false},
		{"::ffff:192.168.1.1", false},
		{"::ffff:8.8.8.8", true},
		// v4-compatible, v4-translated
		{"::127.0.0.1", false},
		{"::192.168.1.1", false},
		{"::ffff:0:127.0.0.1", false},
		// 6to4
		{"2002:7f00:1::", false},
		{"2002:c0a8:101::1", false},
		{"2002:a00:1::1", false},
		{"2002:808:808::1", true},
		// NAT64, and the local-use prefix of it
		{"64:ff9b::7f00:1", false},
		{"64:ff9b::10.0.0.1", false},
		{"64:ff9b::8.8.8.8", true},
		{"64:ff9b:1::8.8.8.8", false},
		// Teredo, ISATAP
		{"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
		{"2606:2800::5efe:10.0.0.1", false},
		{"2606:2800::200:5efe:127.0.0.1", false},
		{"2606:2800::5efe:8.8.8.8", true},
	} {
		if got := isPublic(netip.MustParseAddr(test.addr)); got != test.want {
			t.Errorf("%s: public %v, want %v", test.addr, got, test.want)
		}
	}
	if isPublic(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestSec43ControlPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8:443": true, "[2606:2800::1]:443": true, "8.8.8.8:80": false, "8.8.8.8:8443": false,
		"127.0.0.1:443": false, "[::ffff:10.0.0.1]:443": false, "[fe80::1%lo]:443": false, "a.example:443": false, "": false,
	} {
		if err := controlPublic("tcp", address, nil); (err == nil) != want {
			t.Errorf("%s: %v, want allowed %v", address, err, want)
		}
	}
}

// nameServer answers every question with the addresses of a test, the next
// question with the next ones, as somebody does who rebinds a name.
type nameServer struct {
	mu      sync.Mutex
	answers [][]string // the last one stays
	done    sync.WaitGroup
}

func (n *nameServer) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	t.Cleanup(n.done.Wait)
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		n.done.Go(func() { n.serve(t, server) })
		return client, nil
	}}
}

// serve answers one question in the form that DNS has on TCP (RFC 1035 section 4.2.2).
func (n *nameServer) serve(t *testing.T, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	buffer := make([]byte, 2+512)
	size := 0
	for size < 2 || size < 2+int(buffer[0])<<8+int(buffer[1]) {
		count, err := conn.Read(buffer[size:])
		if err != nil {
			return
		}
		size += count
	}
	var question dnsmessage.Message
	if err := question.Unpack(buffer[2:size]); err != nil {
		t.Error(err)
		return
	}
	answer, err := n.answer(question).AppendPack(make([]byte, 2))
	if err != nil {
		t.Error(err)
		return
	}
	answer[0], answer[1] = byte((len(answer)-2)>>8), byte(len(answer)-2)
	_, _ = conn.Write(answer)
}

func (n *nameServer) answer(m dnsmessage.Message) *dnsmessage.Message {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	for _, text := range n.answers[0] {
		addr := netip.MustParseAddr(text)
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case addr.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}})
		case addr.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	if len(n.answers) > 1 && q.Type == dnsmessage.TypeA {
		n.answers = n.answers[1:]
	}
	return &m
}

// Security check 43: a name is worth what it resolves to when the socket
// connects; what is in the configuration is asked nobody about.
func TestSec43DialChecksAfterResolving(t *testing.T) {
	for name, test := range map[string]struct {
		answers []string
		tried   []string // what a socket was made for
	}{
		"loopback":              {[]string{"127.0.0.1"}, nil},
		"home network":          {[]string{"192.168.1.1"}, nil},
		"metadata":              {[]string{"169.254.169.254"}, nil},
		"IPv6 loopback":         {[]string{"::1"}, nil},
		"mapped":                {[]string{"::ffff:127.0.0.1"}, nil},
		"NAT64 of a private":    {[]string{"64:ff9b::7f00:1"}, nil},
		"public":                {[]string{"93.184.215.14"}, []string{"93.184.215.14:443"}},
		"public among private":  {[]string{"10.0.0.1", "93.184.215.14", "127.0.0.1"}, []string{"93.184.215.14:443"}},
		"private among publics": {[]string{"93.184.215.14", "10.0.0.1", "8.8.8.8"}, []string{"8.8.8.8:443", "93.184.215.14:443"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := &nameServer{answers: [][]string{test.answers}}
			d := newDialer(nil, server.resolver(t))
			var mu sync.Mutex
			var tried []string
			d.public.Control = func(network, address string, c syscall.RawConn) error {
				if err := controlPublic(network, address, c); err != nil {
					return err
				}
				mu.Lock()
				tried = append(tried, address)
				mu.Unlock()
				return errors.New("far enough for a test")
			}
			conn, err := d.dial(t.Context(), "tcp", "a.example:443")
			if err == nil {
				_ = conn.Close()
				t.Fatal("it connected")
			}
			slices.Sort(tried)
			if !slices.Equal(tried, test.tried) {
				t.Errorf("tried %v, want %v (%v)", tried, test.tried, err)
			}
			if test.tried == nil && !errors.Is(err, errNotPublic) {
				t.Errorf("got %v, want errNotPublic", err)
			}
		})
	}
}

// Security check 43: of a name that is public first and private then, no
// connection to the latter is made, however often it is asked for.
func TestSec43Rebinding(t *testing.T) {
	server := &nameServer{answers: [][]string{{"93.184.215.14"}, {"127.0.0.1"}}}
	d := newDialer(nil, server.resolver(t))
	var addresses []string
	d.public.Control = func(network, address string, c syscall.RawConn) error {
		addresses = append(addresses, address)
		return errors.Join(controlPublic(network, address, c), errors.New("far enough for a test"))
	}
	for range 3 {
		if conn, err := d.dial(t.Context(), "tcp", "a.example:443"); err == nil {
			_ = conn.Close()
			t.Fatal("it connected")
		}
	}
	if !slices.Contains(addresses, "127.0.0.1:443") {
		t.Errorf("the name was not rebound: %v", addresses)
	}
}

// A named host is at its address, private or not, and nowhere else.
func TestNamedHostsAreWhereTheyAre(t *testing.T) {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer func() { _ = listener.Close() }()
	d := newDialer(Hosts{"a.example": netip.MustParseAddrPort(listener.Addr().String())}, nil)
	conn := must(d.dial(t.Context(), "tcp", "a.example:443"))(t)
	if conn.RemoteAddr().String() != listener.Addr().String() {
		t.Errorf("connected to %v", conn.RemoteAddr())
	}
	_ = conn.Close()
	if conn, err := d.dial(t.Context(), "tcp", listener.Addr().String()); !errors.Is(err, errNotPublic) {
		t.Errorf("its address without its name: %v, %v", conn, err)
	}
}
