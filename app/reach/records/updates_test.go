package records

import (
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

const (
	keyName = "home-key."
	key     = "c2VjcmV0IGtleSBvZiB0aGUgdGVzdA=="
)

// nameServer has example.org, and takes changes of those who have the key.
type nameServer struct {
	addr string

	mu    sync.Mutex
	texts map[string][]string // mu protects it
}

func newNameServer(t *testing.T) *nameServer {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameServer{addr: listener.Addr().String(), texts: map[string][]string{}}
	started, ended := make(chan struct{}), make(chan struct{})
	server := &dns.Server{
		Listener: listener, Handler: n, TsigSecret: map[string]string{keyName: key},
		NotifyStartedFunc: func() { close(started) },
		MsgAcceptFunc:     func(dns.Header) dns.MsgAcceptAction { return dns.MsgAccept },
	}
	go func() {
		defer close(ended)
		_ = server.ActivateAndServe()
	}()
	<-started
	t.Cleanup(func() {
		_ = server.Shutdown()
		<-ended
	})
	return n
}

func (n *nameServer) ServeDNS(w dns.ResponseWriter, m *dns.Msg) {
	answer := new(dns.Msg).SetReply(m)
	answer.Authoritative = true
	signed := m.IsTsig() != nil && w.TsigStatus() == nil
	switch {
	case m.Opcode == dns.OpcodeQuery:
		if m.Question[0].Name == "example.org." {
			answer.Answer = append(answer.Answer, &dns.SOA{
				Hdr: dns.RR_Header{Name: "example.org.", Rrtype: dns.TypeSOA, Class: dns.ClassINET}, Ns: "ns.", Mbox: "m.",
			})
		}
	case !signed:
		answer.Rcode = dns.RcodeNotAuth
	case m.Question[0].Name != "example.org.":
		answer.Rcode = dns.RcodeNotZone
	default:
		n.change(m.Ns)
	}
	if signed {
		answer.SetTsig(keyName, dns.HmacSHA256, tsigFudge, int64(m.IsTsig().TimeSigned))
	}
	_ = w.WriteMsg(answer)
}

func (n *nameServer) change(records []dns.RR) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, record := range records {
		text, ok := record.(*dns.TXT)
		if !ok {
			continue
		}
		name := strings.TrimSuffix(text.Hdr.Name, ".")
		n.texts[name] = slices.DeleteFunc(n.texts[name], func(v string) bool { return v == text.Txt[0] })
		if text.Hdr.Class == dns.ClassINET {
			n.texts[name] = append(n.texts[name], text.Txt[0])
		}
	}
}

func (n *nameServer) values(name string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.texts[name])
}

func TestUpdates(t *testing.T) {
	server := newNameServer(t)
	make := func(more map[string]string) Texts {
		settings := map[string]string{"server": server.addr, "key_name": "Home-Key", "key": key}
		for name, value := range more {
			settings[name] = value
		}
		texts, err := NewTexts(Config{Provider: "rfc2136", Settings: settings})
		if err != nil {
			t.Fatal(err)
		}
		return texts
	}
	texts := make(nil)
	for _, value := range []string{"one", "two"} {
		if err := texts.Present(t.Context(), challenge, value); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.values(challenge); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("set %q", got)
	}
	if err := make(map[string]string{"zone": "example.org"}).CleanUp(t.Context(), challenge, "one"); err != nil {
		t.Error(err)
	}
	if got := server.values(challenge); !slices.Equal(got, []string{"two"}) {
		t.Errorf("left %q", got)
	}
	if err := texts.Present(t.Context(), "_acme-challenge.other.test", "x"); !errors.Is(err, ErrNoZone) {
		t.Errorf("another's zone: %v", err)
	}
	if err := make(map[string]string{"zone": "other.test"}).Present(t.Context(), challenge, "x"); !errors.Is(err, ErrNoZone) {
		t.Errorf("a zone that is not there: %v", err)
	}
	if err := make(map[string]string{"key": "d3Jvbmc=", "zone": "example.org"}).Present(t.Context(), challenge, "x"); err == nil || strings.Contains(err.Error(), "d3Jvbmc") {
		t.Errorf("wrong key: %v", err)
	}
	if err := make(map[string]string{"server": "127.0.0.1:1"}).Present(t.Context(), challenge, "x"); !errors.Is(err, ErrRefused) {
		t.Errorf("nobody there: %v", err)
	}
}
