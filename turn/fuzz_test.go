package turn

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
)

// What comes out of the parser is what stands in the packet.
func FuzzParse(f *testing.F) {
	f.Add(unsigned(allocateRequest, udpTransport, peerAttr(mediaAddr)))
	b := builder{unsigned(refreshRequest, attr{attrUsername, []byte("1:a")}, attr{attrNonce, []byte("n")})}
	f.Add(b.finish([]byte("key")))
	f.Add(channelData(0x4000, []byte("hello")))
	f.Fuzz(func(t *testing.T, packet []byte) {
		isChannelData(packet)
		m, ok := parse(packet)
		if !ok {
			return
		}
		if m.end > len(packet) || len(m.username) > maxUsername {
			t.Fatalf("end %d of %d", m.end, len(packet))
		}
		m.peers(func(a netip.AddrPort) bool { return a.IsValid() || t.Failed() })
		errorOf(&m)
		if m.signedTo > 0 {
			m.signedBy([]byte("key"))
		}
		again := begin(nil, m.kind, &m)
		m.each(func(kind uint16, value []byte) bool { again.add(kind, value); return true })
		if _, ok := parse(again.finish([]byte("key"))); !ok && len(again.packet) < 1<<16 {
			t.Errorf("made %x of %x", again.packet, packet)
		}
	})
}

// Frames come out as they were put in, however the stream is divided.
func FuzzFrames(f *testing.F) {
	f.Add(append(unsigned(allocateRequest, udpTransport), channelData(0x4000, []byte("four"))...), uint8(3))
	f.Add([]byte{0, 3, 0, 8, 0x21, 0x12, 0xA4}, uint8(0))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		var rest, all []byte
		for at := 0; at < len(stream); {
			end := min(at+int(step)+1, len(stream))
			rest = append(rest, stream[at:end]...)
			at = end
			for {
				frame, left, err := nextFrame(rest)
				if err != nil {
					return
				}
				if frame == nil {
					break
				}
				if len(frame) >= maxMessage {
					t.Fatalf("%d bytes", len(frame))
				}
				all, rest = append(all, frame...), left
			}
		}
		if !bytes.Equal(append(all, rest...), stream) {
			t.Error("something was lost")
		}
	})
}

// Nothing that a stranger sends gets through the door.
func FuzzDoor(f *testing.F) {
	s := &Server{config: Config{PacketConns: []net.PacketConn{nil}, Media: &echoMedia{addrs: []netip.AddrPort{mediaAddr}}}}
	if err := s.config.validate(); err != nil {
		f.Fatal(err)
	}
	now := s.config.Now()
	s.nonces, s.strangers = newNonces(now, s.config.Times.Nonce), newLimiter(now, 1<<30, 1<<30)
	p := newPeer("alice")
	s.byTag = map[string]*peer{p.tag: p}
	from := netip.MustParseAddrPort("198.51.100.7:1234")
	c := rawClient{username: "1:" + p.tag, key: []byte("not the key"), nonce: s.nonces.make(now, from.Addr())}
	f.Add(c.signed(allocateRequest, udpTransport))
	f.Add(unsigned(bindingRequest))
	f.Add(unsigned(sendIndication, peerAttr(mediaAddr), attr{0x0013, []byte("data")}))
	f.Fuzz(func(t *testing.T, packet []byte) {
		d := newDoor(s, false)
		d.send = func(b []byte, _ netip.AddrPort) {
			if len(b) > 2*len(packet) {
				t.Errorf("%d bytes for %d", len(b), len(packet))
			}
		}
		if n := d.admit(make([]byte, maxMessage), packet, from); n != 0 {
			t.Errorf("%x was let in", packet)
		}
		d.intercept(packet)
	})
}
