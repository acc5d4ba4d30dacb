package igd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	callTimeout = 5 * time.Second
	maxDocument = 256 << 10
	maxHeader   = 16 << 10
)

// newHTTP makes a client that reaches the router alone, from the address that
// ports are wanted for: routers map ports only for who asks.
func (c *Config) newHTTP() *http.Client {
	dialer := &net.Dialer{
		Timeout:   callTimeout,
		LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(c.Local, 0)),
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !c.ownsAddr(to.Addr().Unmap()) {
				return ErrForeign
			}
			return nil
		},
	}
	return &http.Client{
		Timeout: callTimeout,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// zoned adds the zone to a link-local address, which no URL of a router has.
func (c *Config) zoned(u *url.URL) string {
	addr, err := netip.ParseAddr(u.Hostname())
	if err != nil || !addr.IsLinkLocalUnicast() || !addr.Is6() || addr.Zone() != "" {
		return u.String()
	}
	with := *u
	with.Host = "[" + addr.String() + "%25" + c.Gateway.Zone() + "]"
	text := with.Scheme + "://" + with.Host
	if u.Port() != "" {
		text += ":" + u.Port()
	}
	return text + u.RequestURI()
}

// fetch gives an answer's status and its body, whole or not at all.
func fetch(ctx context.Context, client *http.Client, method, address string, header http.Header, body string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	for name, values := range header {
		request.Header[name] = values // as written: some routers compare letter by letter
	}
	request.Header.Set("User-Agent", "TakosHome UPnP/1.1")
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("ask the router: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	if err != nil {
		return 0, nil, fmt.Errorf("ask the router: %w", err)
	}
	if len(text) > maxDocument {
		return 0, nil, fmt.Errorf("%w: too long", ErrMalformed)
	}
	return response.StatusCode, bytes.TrimRight(text, "\x00"), nil // some routers end it as C does
}
