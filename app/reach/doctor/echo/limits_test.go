package echo

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// One address, and all together, ask so often and no more.
func TestLimits(t *testing.T) {
	c := newClock()
	l := newLimits(c.now())
	one, other := netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("203.0.113.2")
	asks := func(addr netip.Addr) (n int) {
		for l.take(c.now(), addr) {
			l.done()
			n++
		}
		return n
	}
	if n := asks(one); n != addressBurst {
		t.Errorf("%d of one address", n)
	}
	if n := asks(other); n != addressBurst {
		t.Errorf("%d of another", n)
	}
	c.add(time.Minute)
	if n := asks(one); n != 2 {
		t.Errorf("%d after a minute", n)
	}
	v6 := netip.MustParseAddr("2001:db8::1")
	if n := asks(v6); n != addressBurst {
		t.Errorf("%d of IPv6", n)
	}
	if asks(netip.MustParseAddr("2001:db8::ffff:1")) != 0 {
		t.Error("the neighbour address of one household asked again")
	}
	all := 0
	for i := range 255 {
		all += asks(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}))
	}
	if all > allBurst {
		t.Errorf("%d of all", all)
	}
	for i := range 4 * maxAddresses {
		l.take(c.now(), netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
	}
	if len(l.addresses) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(l.addresses))
	}
	c.add(time.Hour)
	l.running = 0
	running := 0
	for i := range 100 {
		if l.take(c.now(), netip.AddrFrom4([4]byte{10, 9, 0, byte(i)})) {
			running++
		}
	}
	if running != maxAtOnce {
		t.Errorf("%d at once", running)
	}
}

// Who is slow to ask takes nobody's place.
func TestSlowQuestions(t *testing.T) {
	_, s := answerer(t, nil)
	h := newHost(t, false)
	token, end := h.prover.Begin()
	defer end()
	var slow []net.Conn
	for range 2 * maxAtOnce {
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if _, err := io.WriteString(conn, "POST "+Path+" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
	}
	if _, err := ask(t, s.URL, h.question(token)); err != nil {
		t.Errorf("with %d slow ones: %v", len(slow), err)
	}
}

func TestAskingTooOften(t *testing.T) {
	r, s := answerer(t, nil)
	h := newHost(t, false)
	token, end := h.prover.Begin()
	defer end()
	for range addressBurst {
		if _, err := ask(t, s.URL, h.question(token)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ask(t, s.URL, h.question(token)); !errors.Is(err, ErrTooMany) || !IsRefusal(err) {
		t.Errorf("got %v", err)
	}
	if r.limits.running != 0 {
		t.Errorf("%d still run", r.limits.running)
	}
}

func TestUpload(t *testing.T) {
	_, s := answerer(t, nil)
	h := newHost(t, false)
	token, end := h.prover.Begin()
	defer end()
	answer, err := ask(t, s.URL, h.question(token))
	if err != nil {
		t.Fatal(err)
	}
	a := NewAsker(Partner{Base: s.URL}, "tcp4")
	defer a.Close()
	bps, err := a.Upload(t.Context(), answer.Ticket)
	if err != nil || bps < 1_000_000 {
		t.Errorf("got %d, %v", bps, err)
	}
	if _, err := a.Upload(t.Context(), answer.Ticket); !errors.Is(err, ErrBadRequest) {
		t.Errorf("a ticket works twice: %v", err)
	}
	if _, err := a.Upload(t.Context(), ""); !errors.Is(err, ErrBadRequest) {
		t.Errorf("no ticket is needed: %v", err)
	}
}

func TestTickets(t *testing.T) {
	c := newClock()
	r, _ := answerer(t, func(config *Config) { config.Now = c.now })
	one, other := netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("203.0.113.2")
	ticket := r.giveTicket(one)
	if err := r.takeTicket(ticket, other); !errors.Is(err, ErrBadRequest) {
		t.Errorf("somebody else's: %v", err)
	}
	c.add(ticketTime + time.Second)
	if err := r.takeTicket(ticket, one); !errors.Is(err, ErrBadRequest) {
		t.Errorf("an old one: %v", err)
	}
	for range uploadsAtOnce {
		if err := r.takeTicket(r.giveTicket(one), one); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.takeTicket(r.giveTicket(one), one); !errors.Is(err, ErrTooMany) {
		t.Errorf("one more at once: %v", err)
	}
	for range uploadsAtOnce {
		r.endUpload(MaxUploadBytes)
	}
	uploads := 0
	for r.takeTicket(r.giveTicket(one), one) == nil {
		r.endUpload(MaxUploadBytes)
		uploads++
	}
	if want := maxHourBytes/MaxUploadBytes - uploadsAtOnce; uploads != want {
		t.Errorf("%d uploads, want %d", uploads, want)
	}
	for range 2 * maxTickets {
		r.giveTicket(one)
	}
	if len(r.tickets) > maxTickets {
		t.Errorf("%d tickets are out", len(r.tickets))
	}
}

// More than fits is refused, and what trickles is cut off by the server's time.
func TestUploadIsBounded(t *testing.T) {
	r, s := answerer(t, nil)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+uploadPath,
		io.LimitReader(&noise{chunk: make([]byte, chunkBytes), left: 2 * MaxUploadBytes, until: time.Now().Add(time.Hour)}, 2*MaxUploadBytes))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Takos-Ticket", r.giveTicket(netip.MustParseAddr("127.0.0.1")))
	response, err := http.DefaultTransport.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			t.Error("twice as much is taken")
		}
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	n := newNoise(time.Now().Add(time.Hour))
	if sent, err := io.Copy(io.Discard, n); err != nil || sent != MaxUploadBytes {
		t.Errorf("sends %d, %v", sent, err)
	}
	synctest.Test(t, func(t *testing.T) {
		n := newNoise(time.Now().Add(sendTime))
		time.Sleep(sendTime + time.Millisecond)
		if sent, _ := io.Copy(io.Discard, n); sent != 0 {
			t.Errorf("sends %d too late", sent)
		}
	})
}
