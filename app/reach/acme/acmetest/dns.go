package acmetest

import (
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// DNS is a server that knows every name but those below missing.test.
type DNS struct {
	// Addr is where it answers, by UDP and TCP.
	Addr string

	mu    sync.Mutex
	texts map[string][]string // by name without a dot at its end; mu protects it
}

func newDNS(t *testing.T) *DNS {
	t.Helper()
	d := &DNS{texts: map[string][]string{}}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.Addr = listener.Addr().String()
	packets, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp4", d.Addr)
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []*dns.Server{{Listener: listener}, {PacketConn: packets}} {
		server.Handler = dns.HandlerFunc(d.answer)
		server.MsgAcceptFunc = func(dns.Header) dns.MsgAcceptAction { return dns.MsgAccept } // updates too
		started, ended := make(chan struct{}), make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() {
			defer close(ended)
			_ = server.ActivateAndServe()
		}()
		<-started
		t.Cleanup(func() {
			_ = server.Shutdown()
			<-ended
		})
	}
	return d
}

// SetText adds a TXT record.
func (d *DNS) SetText(name, value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.texts[name] = append(d.texts[name], value)
}

// RemoveText removes one.
func (d *DNS) RemoveText(name, value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.texts[name] = slices.DeleteFunc(d.texts[name], func(v string) bool { return v == value })
}

// Texts are the records of a name.
func (d *DNS) Texts(name string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.texts[name])
}

func (d *DNS) answer(w dns.ResponseWriter, question *dns.Msg) {
	answer := new(dns.Msg).SetReply(question)
	answer.Authoritative = true
	switch {
	case question.Opcode == dns.OpcodeUpdate:
		d.change(question.Ns)
	case len(question.Question) == 1:
		d.fill(answer, question.Question[0])
	}
	_ = w.WriteMsg(answer)
}

// change does what an update asks for (RFC 2136 section 2.5), whoever does.
func (d *DNS) change(records []dns.RR) {
	for _, record := range records {
		text, ok := record.(*dns.TXT)
		if !ok {
			continue
		}
		name := strings.ToLower(strings.TrimSuffix(text.Hdr.Name, "."))
		if text.Hdr.Class == dns.ClassINET {
			d.SetText(name, text.Txt[0])
		} else {
			d.RemoveText(name, text.Txt[0])
		}
	}
}

func (d *DNS) fill(answer *dns.Msg, q dns.Question) {
	name := strings.ToLower(strings.TrimSuffix(q.Name, "."))
	if strings.HasSuffix(name, "missing.test") {
		answer.Rcode = dns.RcodeNameError
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	header := dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: dns.ClassINET, Ttl: 1}
	switch q.Qtype {
	case dns.TypeA:
		answer.Answer = append(answer.Answer, &dns.A{Hdr: header, A: net.IPv4(127, 0, 0, 1)})
	case dns.TypeTXT:
		for _, value := range d.texts[name] {
			answer.Answer = append(answer.Answer, &dns.TXT{Hdr: header, Txt: []string{value}})
		}
	}
}
