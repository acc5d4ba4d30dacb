package echo

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

const (
	askTime       = tryTime + 5*time.Second
	uploadAskTime = uploadTime + 4*time.Second
	maxTicket     = 64
)

// Partner is a host that may try from outside.
type Partner struct {
	// Base is its URL, such as "https://b.example".
	Base string
	// Dial connects to it; nil: as the system does. Roots are the authorities that
	// may vouch for it; nil: the system's.
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Roots *x509.CertPool
}

// Asker asks one Partner over one family of addresses.
type Asker struct {
	base    string
	network string
	http    *http.Client
}

// NewAsker makes an Asker over network, "tcp4", "tcp6" or "tcp"; Close ends it.
func NewAsker(p Partner, network string) *Asker {
	dial := p.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return &Asker{base: p.Base, network: network, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				return dial(ctx, network, address)
			},
			TLSClientConfig:        &tls.Config{RootCAs: p.Roots, MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: maxAnswerBytes,
			DisableCompression:     true,
		},
	}}
}

// Close lets go of connections.
func (a *Asker) Close() { a.http.CloseIdleConnections() }

// Ask has the ports of a question tried. It takes up to ten seconds.
func (a *Asker) Ask(ctx context.Context, q Question) (Answer, error) {
	q.Version = version
	text, err := json.Marshal(q)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	body, err := a.post(ctx, Path, "application/json", bytes.NewReader(text), "")
	if err != nil {
		return Answer{}, err
	}
	answer, err := readAnswer(body, q)
	if err == nil && !a.isFamily(answer.Address) {
		return Answer{}, ErrBadAnswer
	}
	return answer, err
}

// isFamily says whether the partner may have seen an address, by the way it was asked.
func (a *Asker) isFamily(addr netip.Addr) bool {
	switch a.network {
	case "tcp4":
		return addr.Is4()
	case "tcp6":
		return addr.Is6()
	}
	return true
}

// readAnswer takes an answer that fits the question.
func readAnswer(text []byte, q Question) (Answer, error) {
	var answer Answer
	if err := json.Unmarshal(text, &answer); err != nil {
		return Answer{}, ErrBadAnswer
	}
	fits := answer.Version == version && answer.Address.IsValid() && !answer.Time.IsZero() &&
		len(answer.Results) == len(q.Ports) && len(answer.Ticket) <= maxTicket
	for i := 0; fits && i < len(q.Ports); i++ {
		r, p := answer.Results[i], q.Ports[i]
		fits = r.Kind == p.Kind && r.Port == p.Port && (r.State == Open || r.State == Silent)
	}
	if !fits {
		return Answer{}, ErrBadAnswer
	}
	answer.Address = answer.Address.Unmap()
	return answer, nil
}

// Upload sends at most MaxUploadBytes for at most sendTime; the answer is in bits
// per second.
func (a *Asker) Upload(ctx context.Context, ticket string) (bps uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, uploadAskTime)
	defer cancel()
	text, err := a.post(ctx, uploadPath, "application/octet-stream", newNoise(time.Now().Add(sendTime)), ticket)
	if err != nil {
		return 0, err
	}
	var came Uploaded
	if err := json.Unmarshal(text, &came); err != nil || came.Bytes < 0 || came.Bytes > MaxUploadBytes || came.Ms < 0 {
		return 0, ErrBadAnswer
	}
	return uint64(came.Bytes) * 8 * 1000 / uint64(max(came.Ms, 1)), nil
}

func (a *Asker) post(ctx context.Context, path, kind string, body io.Reader, ticket string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("ask from outside: %w", err)
	}
	request.Header.Set("Content-Type", kind)
	if ticket != "" {
		request.Header.Set("X-Takos-Ticket", ticket)
	}
	response, err := a.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask from outside: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return nil, fmt.Errorf("ask from outside: %w", err)
	}
	if response.StatusCode == http.StatusOK {
		return text, nil
	}
	return nil, refusalOf(text)
}

func refusalOf(text []byte) error {
	var body refusalBody
	if err := json.Unmarshal(text, &body); err != nil {
		return ErrNoEcho
	}
	if r, known := refusals()[body.Error]; known {
		return r.err
	}
	return ErrNoEcho
}

// noise is what an upload consists of: bytes that nothing on the way makes smaller.
type noise struct {
	chunk []byte
	left  int
	until time.Time
}

func newNoise(until time.Time) *noise {
	n := &noise{chunk: make([]byte, chunkBytes), left: MaxUploadBytes, until: until}
	_, _ = rand.Read(n.chunk) // it never fails
	return n
}

// Read gives the same chunk over and over, until enough was sent.
func (n *noise) Read(b []byte) (int, error) {
	if n.left == 0 || time.Now().After(n.until) {
		return 0, io.EOF
	}
	size := copy(b, n.chunk[:min(len(n.chunk), n.left)])
	n.left -= size
	return size, nil
}

// IsRefusal says whether the partner answered, and does not try now.
func IsRefusal(err error) bool {
	return errors.Is(err, ErrTooMany) || errors.Is(err, ErrNotPublic) || errors.Is(err, ErrSameNetwork)
}
