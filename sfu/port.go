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
	wires   wires
}

// transportFeedback is transport-wide feedback (RTCP of type 205, format 15):
// far more numerous than all other RTCP, as each receiver sends it twenty times a
// second, and nothing hangs on its milliseconds. Waking up for each costs more
// than everything else about it.
var transportFeedback = udp.Match{Mask: 0xDFFF, Want: 0x8FCD}

// openUDP opens the port; TCP follows.
func (p *port) openUDP(addr netip.AddrPort, readers int) (err error) {
	p.wires.init(p)
	p.sockets, p.aside, err = udp.ListenAside(addr, readers, transportFeedback)
	return err
}

// tellLocal makes the sockets tell the machine's addresses apart.
func (p *port) tellLocal() {
	for _, socket := range p.sockets {
		socket.TellLocal()
	}
	if p.aside != nil {
		p.aside.TellLocal()
	}
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

// stream is the TCP connection of a tuple; nil for others, and when it has ended.
func (p *port) stream(tuple ice.Tuple) *tcp.Conn {
	if tuple.Stream == 0 || tuple.Stream&wireBit != 0 || p.streams == nil {
		return nil
	}
	return p.streams.Conn(tuple.Stream)
}

// carrier takes packets to one client by means of its own.
type carrier interface {
	// Send copies the datagram and does not wait; false is for one that was dropped.
	Send(datagram []byte) bool
}

// route is the way to a client.
type route struct {
	ice.Tuple
	carrier carrier // nil over UDP, and when it has ended
}

func (p *port) routeTo(tuple ice.Tuple) route {
	way := route{Tuple: tuple}
	if tuple.Stream&wireBit != 0 {
		if wire := p.wires.find(tuple.Stream); wire != nil {
			way.carrier = wire
		}
	} else if stream := p.stream(tuple); stream != nil {
		way.carrier = stream
	}
	return way
}

// queue sends a packet with the next Flush of out. Over TCP, or a wire, it is
// copied and waits in a queue of its own.
func (w route) queue(out *udp.Batch, packet []byte) {
	if w.Stream == 0 {
		out.QueueFrom(packet, w.Local, w.AddrPort)
		return
	}
	if w.carrier != nil {
		w.carrier.Send(packet) // what a slow client loses is counted
	}
}

// writeTo sends one packet that no reader's batch is at hand for. All sockets
// send alike.
func (p *port) writeTo(packet []byte, to route) error {
	if to.Stream == 0 {
		return p.sockets[0].WriteFrom(packet, to.Local, to.AddrPort)
	}
	if to.carrier != nil {
		to.carrier.Send(packet)
	}
	return nil // lost, as on a broken link
}
