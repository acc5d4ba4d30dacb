package turn

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// Media is the media server: the one peer that relayed packets reach.
type Media interface {
	// Addrs are the addresses for UDP that it tells to clients. They may change.
	Addrs() []netip.AddrPort
	// Open makes a way to it for a client's relayed address. What the media server
	// has for the client goes to deliver, which copies it and does not wait.
	Open(client netip.AddrPort, deliver func(datagram []byte)) (Way, error)
}

// Way is one of a client's ways to the media server.
type Way interface {
	// Receive takes a packet of the client, whose memory may be written to until it
	// returns.
	Receive(datagram []byte)
	Close()
}

// Limits bound what clients and strangers can take. Zero means the default.
type Limits struct {
	// Peers are those who may hold credentials; Allocations is for all of them,
	// PeerAllocations for one.
	Peers, Allocations, PeerAllocations int
	// Connections are those over TCP and TLS, AddressConnections those from one IPv4
	// address or one IPv6 network of 64 bits.
	Connections, AddressConnections int
	// Strangers is how many messages a second are looked at of those who have no
	// allocation, AddressStrangers how many from one address.
	Strangers, AddressStrangers int
	// Queue is how many packets may wait for one client.
	Queue int
}

// Times are how long things last. Zero means the default.
type Times struct {
	// Credential is how long a credential is good for a new allocation. One that
	// stands lasts as long as its peer refreshes it and is not revoked.
	Credential time.Duration
	// Allocation, Permission and Channel are what a client has to refresh.
	Allocation, Permission, Channel time.Duration
	// Nonce is after how long a client needs another.
	Nonce time.Duration
	// Proof is for a connection to prove who it is, Frame for a message that has
	// begun to be whole, Write for a client to take what is written.
	Proof, Frame, Write time.Duration
}

// defaultLimits: a browser makes an allocation by each address that it is told, for
// each of its two transports, whether it will need it or not; one takes 15 kB, and
// 30 over TCP.
func defaultLimits() Limits {
	return Limits{
		Peers: 1024, Allocations: 2048, PeerAllocations: 12,
		Connections: 1024, AddressConnections: 128,
		Strangers: 2000, AddressStrangers: 32,
		Queue: 256,
	}
}

func defaultTimes() Times {
	return Times{
		Credential: 5 * time.Minute, Allocation: 10 * time.Minute, Permission: 5 * time.Minute,
		Channel: 10 * time.Minute, Nonce: time.Hour,
		Proof: 10 * time.Second, Frame: 5 * time.Second, Write: 10 * time.Second,
	}
}

// Config describes a Server.
type Config struct {
	// PacketConns are where clients come from over UDP, Listeners over TCP, or TLS
	// where they are made by tls.NewListener. The Server closes them.
	PacketConns []net.PacketConn
	Listeners   []net.Listener
	// Media is the only peer.
	Media  Media
	Limits Limits
	Times  Times
	Logger *slog.Logger
	// Now is time.Now, for tests.
	Now func() time.Time
}

func (c *Config) validate() error {
	switch {
	case len(c.PacketConns)+len(c.Listeners) == 0:
		return fmt.Errorf("%w: nothing to listen on", ErrBadConfig)
	case c.Media == nil:
		return fmt.Errorf("%w: no media server", ErrBadConfig)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	l, t := defaultLimits(), defaultTimes()
	for _, one := range []struct{ value, standard *int }{
		{&c.Limits.Peers, &l.Peers},
		{&c.Limits.Allocations, &l.Allocations},
		{&c.Limits.PeerAllocations, &l.PeerAllocations},
		{&c.Limits.Connections, &l.Connections},
		{&c.Limits.AddressConnections, &l.AddressConnections},
		{&c.Limits.Strangers, &l.Strangers},
		{&c.Limits.AddressStrangers, &l.AddressStrangers},
		{&c.Limits.Queue, &l.Queue},
	} {
		if err := fill(one.value, *one.standard); err != nil {
			return err
		}
	}
	for _, one := range []struct{ value, standard *time.Duration }{
		{&c.Times.Credential, &t.Credential},
		{&c.Times.Allocation, &t.Allocation},
		{&c.Times.Permission, &t.Permission},
		{&c.Times.Channel, &t.Channel},
		{&c.Times.Nonce, &t.Nonce},
		{&c.Times.Proof, &t.Proof},
		{&c.Times.Frame, &t.Frame},
		{&c.Times.Write, &t.Write},
	} {
		if err := fill(one.value, *one.standard); err != nil {
			return err
		}
	}
	if c.Limits.Allocations > ports {
		return fmt.Errorf("%w: more allocations than ports", ErrBadConfig)
	}
	return nil
}

func fill[T int | time.Duration](value *T, standard T) error {
	if *value < 0 {
		return fmt.Errorf("%w: a limit of %v", ErrBadConfig, *value)
	}
	if *value == 0 {
		*value = standard
	}
	return nil
}
