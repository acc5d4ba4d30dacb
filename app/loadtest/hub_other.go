//go:build !linux

package loadtest

import (
	"fmt"
	"net"
	"net/netip"
	"time"
)

const (
	canShare    = false
	plainSize   = 2048
	rcvBufBytes = 4 << 20
)

// hub is one UDP socket and the transport that lives on it.
type hub struct {
	conn   *net.UDPConn
	memory []byte
	port   uint16
}

// openHub opens a socket for one family. Sockets are not shared here, and there
// is no GRO.
func openHub(inet6, _, _ bool) (*hub, error) {
	network := "udp4"
	if inet6 {
		network = "udp6"
	}
	conn, err := net.ListenUDP(network, nil)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	_ = conn.SetReadBuffer(rcvBufBytes) // it works with less
	h := &hub{conn: conn, memory: make([]byte, plainSize)}
	if local, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		h.port = uint16(local.Port)
	}
	return h, nil
}

// read waits for a datagram and hands it on with the time it was read.
func (h *hub) read(deliver func(to netip.Addr, from netip.AddrPort, packet []byte, atNs int64)) error {
	n, from, err := h.conn.ReadFromUDPAddrPort(h.memory)
	if err != nil {
		return err
	}
	deliver(netip.Addr{}, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), h.memory[:n:n], time.Now().UnixNano())
	return nil
}

// sender sends to one address. It belongs to one goroutine at a time.
type sender struct {
	hub *hub
	to  netip.AddrPort
}

func (h *hub) newSender(_ netip.Addr, to netip.AddrPort) *sender { return &sender{h, to} }

func (s *sender) setRemote(to netip.AddrPort) { s.to = to }

// send sends packets in order. What the system does not take is lost, as on any
// network.
func (s *sender) send(packets ...[]byte) {
	for _, p := range packets {
		_, _ = s.hub.conn.WriteToUDPAddrPort(p, s.to)
	}
}

func (h *hub) close() error { return h.conn.Close() }

// release is called when nobody reads or writes any more.
func (h *hub) release() error { return nil }
