package echo

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestOpenPorts(t *testing.T) {
	for _, withTLS := range []bool{false, true} {
		_, s := answerer(t, nil)
		h := newHost(t, withTLS)
		token, end := h.prover.Begin()
		answer, err := ask(t, s.URL, h.question(token))
		end()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range answer.Results {
			if r.State != Open {
				t.Errorf("TLS %v: %s is %s", withTLS, r.Kind, r.State)
			}
		}
		if answer.Address.String() != "127.0.0.1" || time.Since(answer.Time).Abs() > limit || answer.Ticket == "" {
			t.Errorf("got %+v", answer)
		}
	}
}

// What is not the asker's is silent, whatever it is; and it takes the same time.
func TestOthersPortsAreSilent(t *testing.T) {
	h, other := newHost(t, false), newHost(t, true)
	token, end := h.prover.Begin()
	defer end()
	_, endOther := other.prover.Begin()
	defer endOther()
	shut, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shutPort := portOf(shut.Addr())
	_ = shut.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()

	wrong := ICE{Ufrag: testICE.Ufrag, Pwd: strings.Repeat("x", 24)}
	tests := map[string]Question{
		"another's page": {Token: token, Ports: []Port{{Kind: Web, Port: portOf(other.web.Listener.Addr()), TLS: true}}},
		"nothing there":  {Token: token, Ports: []Port{{Kind: Web, Port: shutPort}}},
		"no answer":      {Token: token, Ports: []Port{{Kind: Web, Port: portOf(mute.Addr())}}},
		"TLS to plain":   {Token: token, Ports: []Port{{Kind: Web, Port: portOf(h.web.Listener.Addr()), TLS: true}}},
		"another's media": {Token: token, ICE: &wrong, Ports: []Port{
			{Kind: UDP, Port: portOf(other.udp.LocalAddr())}, {Kind: TCP, Port: portOf(other.tcp.Addr())},
		}},
		"no media": {Token: token, ICE: &testICE, Ports: []Port{{Kind: UDP, Port: shutPort}, {Kind: TCP, Port: shutPort}}},
		"mute TCP": {Token: token, ICE: &testICE, Ports: []Port{{Kind: TCP, Port: portOf(mute.Addr())}}},
	}
	var asking sync.WaitGroup
	for name, q := range tests {
		_, s := answerer(t, nil) // of one, one address asks six times in a row
		asking.Go(func() {
			begin := time.Now()
			answer, err := ask(t, s.URL, q)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			for _, r := range answer.Results {
				if r.State != Silent {
					t.Errorf("%s: %s is %s", name, r.Kind, r.State)
				}
			}
			if took := time.Since(begin); took < tryTime {
				t.Errorf("%s: told after %v", name, took)
			}
		})
	}
	asking.Wait()
}

// A partner that was asked over IPv4 can have seen no address of IPv6.
func TestAnswerOfTheOtherFamily(t *testing.T) {
	h := newHost(t, false)
	for seen, want := range map[string]error{"198.41.0.4": nil, "::ffff:198.41.0.4": nil, "2620:fe::fe": ErrBadAnswer} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"v":1,"address":"`+seen+`","time":"2026-11-23T12:00:00Z","results":[{"kind":"web","port":443,"state":"open"}]}`)
		}))
		q := h.question("")
		q.Ports = []Port{{Kind: Web, Port: 443}}
		if answer, err := ask(t, s.URL, q); !errors.Is(err, want) || (err != nil && answer.Address.IsValid()) {
			t.Errorf("%s: %+v, %v", seen, answer, err)
		}
		s.Close()
	}
}

func TestProofsEnd(t *testing.T) {
	h := newHost(t, false)
	port := netip.MustParseAddrPort(h.web.Listener.Addr().String())
	token, end := h.prover.Begin()
	isProven := func() bool {
		seen, err := Knock(t.Context(), port, Port{Kind: Web, Port: port.Port()}, token)
		if err != nil {
			t.Fatal(err)
		}
		return seen.Proven
	}
	for range maxProofs {
		if !isProven() {
			t.Fatal("no proof")
		}
	}
	if isProven() {
		t.Error("there are proofs without end")
	}
	end()
	token, end = h.prover.Begin()
	if !isProven() {
		t.Error("no proof for a new token")
	}
	end()
	if isProven() {
		t.Error("a proof after the end")
	}
}

func TestRefusals(t *testing.T) {
	own := netip.MustParseAddr("198.51.100.7")
	r, err := NewResponder(Config{
		MayTry:  func(a netip.Addr) bool { return !a.IsPrivate() && !a.IsLoopback() },
		Own:     func() []netip.Addr { return []netip.Addr{own} },
		Proxies: []netip.Prefix{netip.MustParsePrefix("203.0.113.80/32")},
	})
	if err != nil {
		t.Fatal(err)
	}
	good := Question{Version: 1, Token: random(tokenBytes), Ports: []Port{{Kind: Web, Port: 1}}}
	const public = "203.0.113.9:5000"
	tests := []struct {
		name, remote string
		body         any
		headers      []string
		word         string
	}{
		{"loopback", "127.0.0.1:5000", good, nil, "notPublic"},
		{"private", "192.168.1.1:5000", good, nil, "notPublic"},
		{"mapped", "[::ffff:10.0.0.1]:5000", good, nil, "notPublic"},
		{"with a zone", "[fe80::1%eth0]:5000", good, nil, "notPublic"},
		{"no address", "@", good, nil, "notPublic"},
		{"a proxy itself", "203.0.113.80:0", good, nil, "notPublic"},
		{"the same network", "198.51.100.7:5000", good, nil, "sameNetwork"},
		{"a page", public, good, []string{"Origin", "https://evil.example"}, "badRequest"},
		{"a form", public, good, []string{"Content-Type", "text/plain"}, "badRequest"},
		{"nothing", public, "", nil, "badRequest"},
		{"huge", public, `{"v":1,"token":"` + strings.Repeat("a", maxQuestionBytes) + `"}`, nil, "badRequest"},
	}
	for _, test := range tests {
		if status, word := post(t, r, test.remote, test.body, test.headers...); status < 400 || word != test.word {
			t.Errorf("%s: got %d %q, want %q", test.name, status, word, test.word)
		}
	}
}

func TestQuestions(t *testing.T) {
	token := random(tokenBytes)
	web := []Port{{Kind: Web, Port: 443}}
	for name, test := range map[string]struct {
		q  Question
		ok bool
	}{
		"good":          {Question{Version: 1, Token: token, Ports: web}, true},
		"name":          {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 443, TLS: true, Name: "home.example"}}}, true},
		"media":         {Question{Version: 1, Token: token, Ports: []Port{{Kind: UDP, Port: 1}}, ICE: &testICE}, true},
		"version":       {Question{Version: 2, Token: token, Ports: web}, false},
		"no token":      {Question{Version: 1, Ports: web}, false},
		"short token":   {Question{Version: 1, Token: random(nonceBytes), Ports: web}, false},
		"no port":       {Question{Version: 1, Token: token}, false},
		"port 0":        {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web}}}, false},
		"five ports":    {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1}, {Kind: Web, Port: 2}, {Kind: Web, Port: 3}, {Kind: Web, Port: 4}, {Kind: Web, Port: 5}}}, false},
		"twice":         {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1}, {Kind: Web, Port: 1, TLS: true}}}, false},
		"kind":          {Question{Version: 1, Token: token, Ports: []Port{{Kind: "ssh", Port: 22}}}, false},
		"no ICE":        {Question{Version: 1, Token: token, Ports: []Port{{Kind: TCP, Port: 1}}}, false},
		"bad ufrag":     {Question{Version: 1, Token: token, Ports: []Port{{Kind: TCP, Port: 1}}, ICE: &ICE{"a\r\nb:", testICE.Pwd}}, false},
		"long pwd":      {Question{Version: 1, Token: token, Ports: []Port{{Kind: TCP, Port: 1}}, ICE: &ICE{"abcd", strings.Repeat("a", 65)}}, false},
		"header":        {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Name: "a\r\nX: y"}}}, false},
		"path in name":  {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Name: "a/b"}}}, false},
		"login in name": {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Name: "a@b"}}}, false},
		"address":       {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Name: "10.0.0.1"}}}, false},
		"IPv6":          {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Name: "::1"}}}, false},
		"long name":     {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Name: strings.Repeat("a.", 127)}}}, false},
		"folder":        {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Folder: "/calls/a-b"}}}, true},
		"query":         {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Folder: "/a?b"}}}, false},
		"upwards":       {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Folder: "/a/../b"}}}, false},
		"no slash":      {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Folder: "a"}}}, false},
		"long folder":   {Question{Version: 1, Token: token, Ports: []Port{{Kind: Web, Port: 1, Folder: "/" + strings.Repeat("a", 64)}}}, false},
		"name of media": {Question{Version: 1, Token: token, Ports: []Port{{Kind: UDP, Port: 1, Name: "a"}}, ICE: &testICE}, false},
	} {
		if _, err := readQuestion(encode(t, test.q)); (err == nil) != test.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// An asker believes no answer that does not fit, follows nobody, and reads no more
// than it needs.
func TestBadAnswerers(t *testing.T) {
	token := random(tokenBytes)
	q := Question{Token: token, Ports: []Port{{Kind: Web, Port: 443}}}
	const good = `{"v":1,"address":"203.0.113.1","time":"2026-11-23T12:00:00Z","results":[{"kind":"web","port":443,"state":"open"}]}`
	for name, test := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"good":         {200, good, nil},
		"other port":   {200, strings.ReplaceAll(good, "443", "444"), ErrBadAnswer},
		"other state":  {200, strings.ReplaceAll(good, "open", "shut"), ErrBadAnswer},
		"no address":   {200, strings.ReplaceAll(good, "203.0.113.1", ""), ErrBadAnswer},
		"no time":      {200, strings.ReplaceAll(good, `"time":"2026-11-23T12:00:00Z",`, ""), ErrBadAnswer},
		"no results":   {200, `{"v":1,"address":"203.0.113.1","time":"2026-11-23T12:00:00Z"}`, ErrBadAnswer},
		"huge":         {200, strings.Repeat(" ", maxAnswerBytes) + good, ErrBadAnswer},
		"a page":       {200, "<!doctype html>", ErrBadAnswer},
		"not there":    {404, "404 page not found", ErrNoEcho},
		"elsewhere":    {307, "", ErrNoEcho},
		"not public":   {403, `{"error":"notPublic"}`, ErrNotPublic},
		"same network": {403, `{"error":"sameNetwork"}`, ErrSameNetwork},
		"new word":     {403, `{"error":"closed"}`, ErrNoEcho},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != Path {
				t.Errorf("%s: followed to %s", name, r.URL.Path)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		}))
		_, err := ask(t, s.URL, q)
		s.Close()
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestOff(t *testing.T) {
	s := httptest.NewServer(Handler(&Prover{}, nil))
	defer s.Close()
	if _, err := ask(t, s.URL, Question{Token: random(tokenBytes), Ports: []Port{{Kind: Web, Port: 1}}}); !errors.Is(err, ErrNoEcho) {
		t.Errorf("got %v", err)
	}
}

func TestNoResponderWithoutRule(t *testing.T) {
	if _, err := NewResponder(Config{}); err == nil {
		t.Error("anybody may be tried")
	}
}

// An asker that goes away ends what is tried for it.
func TestAskerGoesAway(t *testing.T) {
	r, s := answerer(t, nil)
	q := Question{Token: random(tokenBytes), ICE: &testICE, Ports: []Port{{Kind: UDP, Port: 9}}}
	ctx, cancel := context.WithCancel(t.Context())
	a := NewAsker(Partner{Base: s.URL, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		defer cancel()
		return (&net.Dialer{}).DialContext(context.WithoutCancel(ctx), network, address)
	}}, "tcp4")
	defer a.Close()
	if _, err := a.Ask(ctx, q); err == nil {
		t.Error("an answer came")
	}
	s.Close() // waits for its handlers
	if r.limits.running != 0 {
		t.Errorf("%d still run", r.limits.running)
	}
}
