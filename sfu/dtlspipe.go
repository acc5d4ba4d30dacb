package sfu

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/pion/transport/v4/packetio"
)

// dtlsPipe is the packet conn under DTLS: it reads what the reader queued and
// writes to the address that ICE has selected at that moment.
type dtlsPipe struct {
	transport *WebRtcTransport
	// packets are DTLS datagrams on their way from the reader to the association.
	packets *packetio.Buffer
	muted   atomic.Bool // what is written goes nowhere
}

func newDtlsPipe(t *WebRtcTransport) *dtlsPipe {
	p := &dtlsPipe{transport: t, packets: packetio.NewBuffer()}
	p.packets.SetLimitCount(maxDtlsQueue)
	return p
}

func (p *dtlsPipe) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.packets.Read(b)
	return n, p.RemoteAddr(), err
}

func (p *dtlsPipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	to := p.transport.out.route()
	if !to.IsValid() || p.muted.Load() {
		return len(b), nil // lost, as on a broken link
	}
	return len(b), p.transport.server.port.writeTo(b, to)
}

func (p *dtlsPipe) Close() error { return p.packets.Close() }

func (p *dtlsPipe) LocalAddr() net.Addr {
	return net.UDPAddrFromAddrPort(p.transport.server.LocalAddr())
}

func (p *dtlsPipe) RemoteAddr() net.Addr {
	return net.UDPAddrFromAddrPort(p.transport.out.route().AddrPort)
}

func (p *dtlsPipe) SetDeadline(t time.Time) error      { return p.SetReadDeadline(t) }
func (p *dtlsPipe) SetReadDeadline(t time.Time) error  { return p.packets.SetReadDeadline(t) }
func (p *dtlsPipe) SetWriteDeadline(_ time.Time) error { return nil } // writes never wait
