package sfu

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"takoshome/sfu/ortc"
	"takoshome/sfu/udp"
)

// FuzzSec24RtpPacket takes plain RTP apart and lays it out for a consumer again.
func FuzzSec24RtpPacket(f *testing.F) {
	for _, keyFrame := range []bool{false, true} {
		raw, err := videoPacket(1, keyFrame).Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte{0xb1, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 0xbe, 0xde, 0, 1, 0x42, 'a', 'b', 'c', 1})
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 0, 0, 1, 4, 2, 'a', 'b', 7})
	var ids extensionIDs
	ids.learn(videoParameters().HeaderExtensions)
	l := layout{mid: "0"}
	for i := range l.ids {
		l.ids[i] = uint8(i) + 1
	}
	var transportSequence uint16
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p packet
		size := len(raw)
		if !p.parse(time.Unix(0, 0), raw, &ids) {
			return
		}
		if p.headerSize()+len(p.payload) != len(p.raw) || len(p.raw) > size {
			t.Fatalf("header %d, payload %d of %d", p.headerSize(), len(p.payload), size)
		}
		slot := make([]byte, udp.SlotSize)
		if n := l.write(slot, &p, head{retransmission: true}, &transportSequence); n > 0 {
			if content := writeRtx(slot, n, 1, p.payload); n+len(content) > len(slot)-srtpOverhead {
				t.Fatalf("%d bytes laid out", n+len(content))
			}
		}
	})
}

// FuzzSec24PeerPackets gives both transports of a call any plain RTP and RTCP, as a
// malicious peer with good keys could send it.
func FuzzSec24PeerPackets(f *testing.F) {
	c := newCall(f, ortc.KindVideo, videoParameters())
	c.sender.sendRtp(videoPacket(1, true))
	media := receive(f, c.receiver.rtp, "packet").SSRC
	for _, packet := range []rtcp.Packet{
		&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: media, FractionLost: 255, Delay: 1 << 31}}},
		&rtcp.SenderReport{SSRC: testVideoSsrc, NTPTime: 1 << 63},
		&rtcp.TransportLayerNack{MediaSSRC: media, Nacks: []rtcp.NackPair{{PacketID: 1, LostPackets: 0xFFFF}}},
		&rtcp.PictureLossIndication{MediaSSRC: media},
		&rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: media}}},
		&rtcp.Goodbye{Sources: []uint32{testVideoSsrc}},
		&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: 1e9, SSRCs: []uint32{media}},
	} {
		raw, err := packet.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	r := newTestReader(c.router.server)
	f.Fuzz(func(_ *testing.T, plain []byte) {
		now := time.Now()
		if sealed, err := c.sender.outgoing.EncryptRTP(nil, plain, nil); err == nil {
			c.sender.transport.handleRtp(now, sealed, r)
		}
		for _, peer := range []*testPeer{c.sender, c.receiver} {
			if sealed, err := peer.outgoing.EncryptRTCP(nil, plain, nil); err == nil {
				peer.transport.handleRtcp(now, sealed, r)
			}
		}
		r.flush()
	})
}
