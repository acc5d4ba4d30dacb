package doctor

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/turn/v5"
)

// maxRelayURLs bounds how many addresses of the relay are tried.
const maxRelayURLs = 12

// relayTime is for one address.
const relayTime = 3 * time.Second

// tryRelay makes an allocation at each address that clients are told.
func tryRelay(ctx context.Context, r Relay, near []netip.Addr) []relayTry {
	urls := r.URLs[:min(maxRelayURLs, len(r.URLs))]
	tries := make([]relayTry, len(urls))
	var probes sync.WaitGroup
	for i, text := range urls {
		probes.Go(func() { tries[i] = tryRelayURL(ctx, text, r, near) })
	}
	probes.Wait()
	return tries
}

// tryRelayURL takes this machine's own addresses where the one that is told does not
// answer: many routers let no home reach itself by its address outside.
func tryRelayURL(ctx context.Context, text string, r Relay, near []netip.Addr) relayTry {
	uri, err := stun.ParseURI(text)
	if err != nil {
		return relayTry{address: text, err: err}
	}
	t := relayTry{transport: strings.ToUpper(uri.Proto.String()), address: net.JoinHostPort(uri.Host, strconv.Itoa(uri.Port))}
	if uri.Scheme == stun.SchemeTypeTURNS {
		t.transport = "TLS"
	}
	begin, cancel := context.WithTimeout(ctx, relayTime)
	defer cancel()
	t.err = allocate(begin, t.transport, t.address, r)
	if t.err != nil && len(near) > 0 {
		t.err = allocate(ctx, t.transport, net.JoinHostPort(near[0].String(), strconv.Itoa(uri.Port)), r)
	}
	return t
}

// allocate has the relay give an address, and gives it back.
func allocate(ctx context.Context, transport, address string, r Relay) error {
	conn, err := dialRelay(ctx, transport, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	client, err := turn.NewClient(&turn.ClientConfig{
		TURNServerAddr: address,
		Username:       r.Username,
		Password:       r.Password,
		Conn:           conn,
		// What the relay's peer, the media server, has: IPv4 nearly always.
		RequestedAddressFamily: turn.RequestedAddressFamilyIPv4,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Listen(); err != nil {
		return err
	}
	relayed, err := client.AllocateWithContext(ctx)
	if err != nil {
		return err
	}
	return relayed.Close()
}

func dialRelay(ctx context.Context, transport, address string) (net.PacketConn, error) {
	dialer := &net.Dialer{}
	if transport == "UDP" {
		return (&net.ListenConfig{}).ListenPacket(ctx, "udp", ":0")
	}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if transport == "TLS" {
		host, _, _ := net.SplitHostPort(address)
		// What browsers say of the certificate is a finding of its own.
		secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, ServerName: host, MinVersion: tls.VersionTLS12}) //nolint:gosec // See above.
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		conn = secure
	}
	return turn.NewSTUNConn(conn), nil
}
