package igd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

const (
	ssdpPort = 1900
	// searches is how often is asked, a second apart: datagrams get lost.
	searches      = 3
	searchEvery   = time.Second
	maxAnswer     = 4096
	maxDatagrams  = 200 // read in one search
	maxLocations  = 4   // of one router, looked into
	multicastHops = 2   // UPnP Device Architecture 1.1 section 1.3.2
)

// wanted are the kinds of devices and services asked for: some routers answer
// to one of them alone.
var wanted = [...]string{
	"urn:schemas-upnp-org:device:InternetGatewayDevice:1",
	"urn:schemas-upnp-org:device:InternetGatewayDevice:2",
	"urn:schemas-upnp-org:service:WANIPConnection:1",
}

// search asks everybody, and the router itself, and gives the router's locations
// to found until that is content, or nobody answers any more.
func (c *Config) search(ctx context.Context, found func(*url.URL) bool) error {
	network, from, group := "udp4", c.Local, netip.AddrFrom4([4]byte{239, 255, 255, 250})
	if c.Local.Is6() {
		network, from, group = "udp6", c.LinkLocal, netip.MustParseAddr("ff02::c").WithZone(c.LinkLocal.Zone())
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0)))
	if err != nil {
		return fmt.Errorf("search for a router: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c.choosePath(conn)

	seen, left := map[string]bool{}, maxDatagrams
	for range searches {
		var sent bool
		for _, to := range []netip.Addr{group, c.Gateway} {
			for _, what := range wanted {
				_, err := conn.WriteToUDPAddrPort(appendSearch(nil, to, what), netip.AddrPortFrom(to, ssdpPort))
				sent = sent || err == nil // a network without multicast has the router still
			}
		}
		if !sent {
			return ErrNotFound
		}
		if err := conn.SetReadDeadline(time.Now().Add(searchEvery)); err != nil {
			return errors.Join(err, ctx.Err())
		}
		if content, err := c.hear(conn, seen, &left, found); content || err != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	return nil
}

// choosePath has the question leave towards the router; where the system cannot
// be told, it chooses itself.
func (c *Config) choosePath(conn *net.UDPConn) {
	device, err := net.InterfaceByIndex(c.Interface)
	if c.Local.Is6() {
		p := ipv6.NewPacketConn(conn)
		_ = p.SetMulticastHopLimit(multicastHops)
		if err == nil {
			_ = p.SetMulticastInterface(device)
		}
		return
	}
	p := ipv4.NewPacketConn(conn)
	_ = p.SetMulticastTTL(multicastHops)
	if err == nil {
		_ = p.SetMulticastInterface(device)
	}
}

func (c *Config) hear(conn *net.UDPConn, seen map[string]bool, left *int, found func(*url.URL) bool) (bool, error) {
	buffer := make([]byte, maxAnswer+1)
	for ; *left > 0; *left-- {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return false, nil
		case errors.Is(err, net.ErrClosed):
			return false, err
		case err != nil: // some systems tell here that a port is closed, or a datagram cut
			c.Ignored("not an answer to a search", from)
			continue
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		location, err := c.judge(buffer[:n], from)
		if err != nil {
			c.Ignored(err.Error(), from)
			continue
		}
		if location == nil || seen[location.String()] || len(seen) >= maxLocations {
			continue
		}
		seen[location.String()] = true
		if found(location) {
			return true, nil
		}
	}
	return true, nil
}

var errNotRouter = errors.New("not from the router")

// judge gives the location of an answer that counts, or nil for one of another
// kind of device.
func (c *Config) judge(text []byte, from netip.AddrPort) (*url.URL, error) {
	if from.Addr() != c.Gateway {
		return nil, errNotRouter
	}
	kind, location, err := parseAnswer(text)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(kind, "InternetGatewayDevice:") && !strings.Contains(kind, ":WAN") {
		return nil, nil
	}
	if !c.owns(location) {
		return nil, ErrForeign
	}
	return location, nil
}

// appendSearch adds a question (UPnP Device Architecture 1.1 section 1.3.2).
func appendSearch(b []byte, to netip.Addr, what string) []byte {
	host := netip.AddrPortFrom(to.WithZone(""), ssdpPort)
	return fmt.Appendf(b, "M-SEARCH * HTTP/1.1\r\nHOST: %s\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: %s\r\n\r\n", host, what)
}

// parseAnswer reads an answer to a search: an HTTP response without a body.
func parseAnswer(text []byte) (kind string, location *url.URL, err error) {
	if len(text) > maxAnswer {
		return "", nil, fmt.Errorf("%w: too long", ErrMalformed)
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(bytes.NewReader(text), maxAnswer), nil)
	if err != nil {
		return "", nil, fmt.Errorf("%w: no answer to a search", ErrMalformed)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", nil, fmt.Errorf("%w: no answer to a search", ErrMalformed)
	}
	location, err = url.Parse(response.Header.Get("Location"))
	if err != nil {
		return "", nil, fmt.Errorf("%w: no location", ErrMalformed)
	}
	return response.Header.Get("St"), location, nil
}
