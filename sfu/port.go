package sfu

import (
	"errors"
	"net/netip"

	"takoshome/sfu/ice"
	"takoshome/sfu/tcp"
	"takoshome/sfu/udp"
)

// port is the one port of all media: of UDP, and of TCP beside it.
type port struct {
	sockets []*udp.Socket // each sender's packets come to one of them
	aside   *udp.Aside    // and what can wait for a tick to this one; nil where all comes to the others
	streams *tcp.Listener // nil where no TCP is taken
}

// transportFeedback is transport-wide feedback (RTCP of type 205, format 15):
// far more numerous than all other RTCP, as each receiver sends it twenty times a
// second, and nothing hangs on its milliseconds. Waking up for each costs more
// than everything else about it.
var transportFeedback = udp.Match{Mask: 0xDFFF, Want: 0x8FCD}

// openUDP opens the port; TCP follows.
func (p *port) openUDP(addr netip.AddrPort, readers int) (err error) {
	p.sockets, p.aside, err = udp.ListenAside(addr, readers, transportFeedback)
	return err
}

func (p *port) localAddr() netip.AddrPort { return p.sockets[0].LocalAddr() }

func (p *port) closeUDP() (err error) {
	if p.aside != nil {
		err = p.aside.Close()
	}
	for _, socket := range p.sockets {
		err = errors.Join(err, socket.Close())
	}
	return err
}

func (p *port) closeTCP() error {
	if p.streams == nil {
		return nil
	}
	return p.streams.Close()
}

// letGo ends the connections among addresses that are not a transport's any more.
func (p *port) letGo(tuples []ice.Tuple) {
	for _, tuple := range tuples {
		if stream := p.stream(tuple); stream != nil {
			stream.LetGo()
		}
	}
}

// stream is the connection of a tuple; nil over UDP, and when it has ended.
func (p *port) stream(tuple ice.Tuple) *tcp.Conn {
	if tuple.Stream == 0 || p.streams == nil {
		return nil
	}
	return p.streams.Conn(tuple.Stream)
}

// route is the way to a client.
type route struct {
	ice.Tuple
	stream *tcp.Conn // nil over UDP, and when it has ended
}

func (p *port) routeTo(tuple ice.Tuple) route {
	return route{Tuple: tuple, stream: p.stream(tuple)}
}

// queue sends a packet with the next Flush of out. Over TCP it is copied and
// waits in the connection's own queue.
func (w route) queue(out *udp.Batch, packet []byte) {
	if w.Stream == 0 {
		out.Queue(packet, w.AddrPort)
		return
	}
	if w.stream != nil {
		w.stream.Send(packet) // what a slow client loses is counted
	}
}

// writeTo sends one packet that no reader's batch is at hand for. All sockets
// send alike.
func (p *port) writeTo(packet []byte, to route) error {
	if to.Stream == 0 {
		return p.sockets[0].WriteTo(packet, to.AddrPort)
	}
	if to.stream != nil {
		to.stream.Send(packet)
	}
	return nil // lost, as on a broken link
}
