package echo

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// limit is what nothing here takes.
const limit = 20 * time.Second

var testICE = ICE{Ufrag: "abcd", Pwd: "0123456789abcdefghijklmn"}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func isLoopback(addr netip.Addr) bool { return addr.IsLoopback() }

// answerer serves a Responder for askers on this machine.
func answerer(t *testing.T, change func(*Config)) (*Responder, *httptest.Server) {
	t.Helper()
	c := Config{MayTry: isLoopback}
	if change != nil {
		change(&c)
	}
	r, err := NewResponder(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(Handler(&Prover{}, r))
	t.Cleanup(s.Close)
	return r, s
}

// host is an asker's: a web server that proves, and a media port.
type host struct {
	prover Prover
	web    *httptest.Server
	udp    net.PacketConn
	tcp    net.Listener
}

func newHost(t *testing.T, withTLS bool) *host {
	t.Helper()
	h := &host{}
	handler := Handler(&h.prover, nil)
	if withTLS {
		h.web = httptest.NewTLSServer(handler)
	} else {
		h.web = httptest.NewServer(handler)
	}
	t.Cleanup(h.web.Close)
	var err error
	if h.udp, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if h.tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { answerUDP(h.udp, testICE) })
	serving.Go(func() { answerTCP(h.tcp, testICE) })
	t.Cleanup(func() {
		_ = h.udp.Close()
		_ = h.tcp.Close()
		serving.Wait()
	})
	return h
}

func (h *host) question(token string) Question {
	return Question{Version: version, Token: token, ICE: &testICE, Ports: []Port{
		{Kind: Web, Port: portOf(h.web.Listener.Addr()), TLS: h.web.TLS != nil},
		{Kind: UDP, Port: portOf(h.udp.LocalAddr())},
		{Kind: TCP, Port: portOf(h.tcp.Addr())},
	}}
}

func portOf(addr net.Addr) uint16 { return netip.MustParseAddrPort(addr.String()).Port() }

// answerTo is what a media server says to a check.
func answerTo(packet []byte, credentials ICE) []byte {
	request := &stun.Message{Raw: append([]byte(nil), packet...)}
	signed := stun.NewShortTermIntegrity(credentials.Pwd)
	if request.Decode() != nil || signed.Check(request) != nil {
		return nil
	}
	answer := stun.MustBuild(stun.NewTransactionIDSetter(request.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: net.IPv4(127, 0, 0, 1), Port: 1}, signed, stun.Fingerprint)
	return answer.Raw
}

func answerUDP(conn net.PacketConn, credentials ICE) {
	packet := make([]byte, 2048)
	for {
		n, from, err := conn.ReadFrom(packet)
		if err != nil {
			return
		}
		_, _ = conn.WriteTo(answerTo(packet[:n], credentials), from)
	}
}

func answerTCP(listener net.Listener, credentials ICE) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_ = conn.SetDeadline(time.Now().Add(limit))
		packet, err := readFrame(conn)
		if err == nil {
			answer := answerTo(packet, credentials)
			_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
		}
		_ = conn.Close()
	}
}

func ask(t *testing.T, base string, q Question) (Answer, error) {
	t.Helper()
	a := NewAsker(Partner{Base: base}, "tcp4")
	defer a.Close()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return a.Ask(ctx, q)
}

// post sends a body as it is and gives the refusal's word, or "".
func post(t *testing.T, r *Responder, remote string, body any, headers ...string) (status int, word string) {
	t.Helper()
	text, isText := body.(string)
	if !isText {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(encoded)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, Path, bytes.NewReader([]byte(text)))
	request.RemoteAddr = remote
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler(&Prover{}, r).ServeHTTP(w, request)
	var refused refusalBody
	if w.Code != http.StatusOK {
		_ = json.NewDecoder(io.LimitReader(w.Body, 1024)).Decode(&refused)
	}
	return w.Code, refused.Error
}
