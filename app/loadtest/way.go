package loadtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/app/participant"
)

const (
	dialTimeout    = 15 * time.Second
	maxAnswerBytes = 64 << 10
	callPath       = "/_takos/v2/call"
)

// way leads one person into a call.
type way struct {
	link participant.Link
	from netip.Addr // the address of ours to come from; the zero Addr is any
}

// enter opens the call's socket, under a name where the link lets one choose.
func (w way) enter(ctx context.Context, name string) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	token := w.link.Token
	if w.link.NeedsName() {
		var err error
		if token, err = w.redeem(ctx, name); err != nil {
			return nil, err
		}
	}
	dialer := websocket.Dialer{
		NetDialContext:  w.dial,
		TLSClientConfig: w.tls(),
		ReadBufferSize:  1 << 10, // there may be a thousand of them
		WriteBufferSize: 1 << 10,
	}
	query := url.Values{"token": {token}}
	conn, response, err := dialer.DialContext(ctx, "ws"+w.link.Base[len("http"):]+callPath+"?"+query.Encode(), nil)
	switch {
	case err == nil:
		conn.SetReadLimit(maxMessageBytes)
		return conn, nil
	case response != nil:
		return nil, refusalOf(response)
	default:
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
}

// redeem turns a room link's code into a token.
func (w way) redeem(ctx context.Context, name string) (token string, err error) {
	body, err := json.Marshal(map[string]string{"code": w.link.Code, "name": name})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrLink, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.link.Base+"/api/join", bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrLink, err)
	}
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DialContext: w.dial, TLSClientConfig: w.tls(), DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", refusalOf(response)
	}
	var answer struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswerBytes)).Decode(&answer); err != nil {
		return "", fmt.Errorf("%w: %w", ErrHost, err)
	}
	return answer.Token, nil
}

// refusalOf is what a host says in place of letting somebody in.
func refusalOf(response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, 512)) // what comes is enough
	var answer struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(text, &answer) // the status says the most
	return fmt.Errorf("%w: status %d %s", ErrRefused, response.StatusCode, answer.Error)
}

func (w way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{}
	if w.from.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(w.from, 0))
	}
	if !w.link.Secure {
		dialer.ControlContext = onlyNear
	}
	return dialer.DialContext(ctx, network, address)
}

// onlyNear keeps a token that is not encrypted out of foreign networks.
func onlyNear(_ context.Context, _, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return errNotNear
	}
	if ip := addr.Addr().Unmap(); !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast() {
		return errNotNear
	}
	return nil
}

// tls trusts the one certificate that the link names, or those that the system
// trusts.
func (w way) tls() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if w.link.Fingerprint == nil {
		return c
	}
	want := *w.link.Fingerprint
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errOtherCertificate
		}
		got := sha256.Sum256(state.PeerCertificates[0].Raw)
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			return errOtherCertificate
		}
		return nil
	}
	return c
}
