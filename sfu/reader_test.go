package sfu

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"testing"

	"takoshome/sfu/ortc"
)

// Several readers forward to the same clients at once: each stream stays whole
// and in order, and no transport-wide number is used twice.
func TestReadersForwardTogether(t *testing.T) {
	const senders, receivers, packets = 6, 2, 120
	server, err := NewWebRtcServer(Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0"), Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	router, err := server.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	from := make([]*testPeer, senders)
	producers := make([]*Producer, senders)
	for i := range from {
		from[i] = connectTestPeer(t, newTestTransport(t, router, DirectionSend))
		producers[i], err = from[i].transport.Produce(ProducerOptions{Kind: ortc.KindVideo, RtpParameters: videoParameters()})
		if err != nil {
			t.Fatal(err)
		}
	}
	to := make([]*testPeer, receivers)
	for i := range to {
		to[i] = connectTestPeer(t, newTestTransport(t, router, DirectionRecv))
		_ = to[i].conn.SetReadBuffer(4 << 20)
		for _, p := range producers {
			options := ConsumerOptions{Producer: p, RtpCapabilities: router.RtpCapabilities()}
			if _, err := to[i].transport.Consume(options); err != nil {
				t.Fatal(err)
			}
		}
	}

	var sending sync.WaitGroup
	for _, p := range from {
		var sealed [][]byte
		for n := range uint16(packets) {
			sealed = append(sealed, p.seal(videoPacket(n+1, n == 0)))
		}
		sending.Go(func() {
			for _, packet := range sealed {
				if _, err := p.conn.Write(packet); err != nil {
					t.Error(err)
				}
			}
		})
	}
	sending.Wait()
	for _, p := range to {
		checkStreams(t, p, senders, packets)
	}

	stats := server.PortStats()
	want := PortStats{Aside: server.port.aside != nil, Readers: 4, Uses: stats.Uses}
	if runtime.GOOS != "linux" {
		want.Readers = 1
	}
	if stats != want {
		t.Errorf("port %+v, want %+v", stats, want)
	}
}

func checkStreams(t *testing.T, p *testPeer, streams, packets int) {
	t.Helper()
	var id uint8
	for _, c := range p.transport.out.allConsumers() {
		id = c.layout.ids[extTransportCC]
	}
	next := map[uint32]uint16{}
	var numbers []uint16
	for range streams * packets {
		packet := receive(t, p.rtp, "packet of all streams")
		if want, known := next[packet.SSRC]; known && packet.SequenceNumber != want {
			t.Fatalf("SSRC %d: packet %d, want %d", packet.SSRC, packet.SequenceNumber, want)
		}
		next[packet.SSRC] = packet.SequenceNumber + 1
		numbers = append(numbers, binary.BigEndian.Uint16(packet.GetExtension(id)))
	}
	if len(next) != streams {
		t.Errorf("%d streams, want %d", len(next), streams)
	}
	slices.Sort(numbers)
	if distinct := len(slices.Compact(slices.Clone(numbers))); distinct != len(numbers) {
		t.Errorf("%d transport-wide numbers for %d packets", distinct, len(numbers))
	}
}

func TestReadersOption(t *testing.T) {
	_, err := NewWebRtcServer(Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0"), Readers: -1})
	if !errors.Is(err, ErrBadOptions) {
		t.Errorf("got %v, want ErrBadOptions", err)
	}
}

// What a read brought is forwarded, however many Producers it is of and however
// often the reader's memory is used up.
func TestReaderKeepsOrderWithinAProducer(t *testing.T) {
	r := newTestReader(newTestServer(t))
	streams := []*producerStream{{producer: emptyProducer()}, {producer: emptyProducer()}, {producer: emptyProducer()}}
	for round := range 3 {
		kept := map[*Producer][]*packet{}
		for i := range readBatchSize {
			p := r.next()
			if again := r.next(); again != p {
				t.Fatal("memory that was not kept is not handed out again")
			}
			p.stream = streams[(i*i+round)%len(streams)]
			r.keep(p)
			kept[p.stream.producer] = append(kept[p.stream.producer], p)
		}
		for _, b := range r.bursts {
			if !slices.Equal(b.packets, kept[b.producer]) {
				t.Errorf("round %d: %d packets of a producer's %d", round, len(b.packets), len(kept[b.producer]))
			}
		}
		if first := r.next(); first != &r.packets[0] || len(r.bursts) != 0 {
			t.Error("used-up memory was not forwarded")
		}
	}
}

func emptyProducer() *Producer {
	p := &Producer{}
	p.consumers.Store(&[]*Consumer{})
	return p
}
