package sfu

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/srtp/v3"

	"takoshome/sfu/ortc"
)

// forwarding is the real path from an encrypted packet in to encrypted packets
// out, with a receiver's socket that nobody reads.
type forwarding struct {
	sender   *testPeer
	producer *Producer
	reader   *reader
	sequence uint16
	sealed   [][]byte
	sent     uint64
}

func newForwarding(t testing.TB, consumers int) *forwarding {
	t.Helper()
	router := newTestRouter(t)
	sender := connectTestPeer(t, newTestTransport(t, router, DirectionSend))
	producer, err := sender.transport.Produce(ProducerOptions{Kind: ortc.KindVideo, RtpParameters: videoParameters()})
	if err != nil {
		t.Fatal(err)
	}
	sink, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	for range consumers {
		transport := newTestTransport(t, router, DirectionRecv)
		keys, err := srtp.CreateContext(make([]byte, 16), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm)
		if err != nil {
			t.Fatal(err)
		}
		transport.out.setKeys(keys)
		transport.out.setRemote(to)
		options := ConsumerOptions{Producer: producer, RtpCapabilities: router.RtpCapabilities()}
		if _, err := transport.Consume(options); err != nil {
			t.Fatal(err)
		}
	}
	f := &forwarding{sender: sender, producer: producer}
	f.reader = newTestReader(router.server)
	f.seal(2)
	f.forward() // a keyframe: all consumers have started
	f.forward()
	f.sent = 2
	f.mustHaveSent(t)
	return f
}

// mustHaveSent fails unless every packet went to every consumer.
func (f *forwarding) mustHaveSent(t testing.TB) {
	t.Helper()
	for _, c := range *f.producer.consumers.Load() {
		if got := c.Stats().Stream.PacketCount; got != f.sent {
			t.Fatalf("%d packets were forwarded, want %d", got, f.sent)
		}
	}
}

// seal makes packets of 1,130 bytes ready to be read.
func (f *forwarding) seal(n int) {
	f.sealed = f.sealed[:0]
	for range n {
		f.sequence++
		packet := videoPacket(f.sequence, f.sequence == 1)
		packet.Payload = vp8(f.sequence == 1, 1100)
		_ = packet.SetExtension(testMidID, []byte("0"))
		_ = packet.SetExtension(testCCID, []byte{byte(f.sequence >> 8), byte(f.sequence)})
		f.sealed = append(f.sealed, f.sender.seal(packet))
	}
}

func (f *forwarding) forward() {
	next := f.sealed[0]
	f.sealed = f.sealed[1:]
	f.sender.transport.handleRtp(time.Now(), next, f.reader)
	f.reader.out.Flush()
	f.sent++
}

// Forwarding allocates nothing: 300 packets to 10 consumers each.
func TestForwardingAllocatesNothing(t *testing.T) {
	f := newForwarding(t, 10)
	const runs = 300
	f.seal(runs + 1)
	if got := testing.AllocsPerRun(runs, f.forward); got != 0 {
		t.Errorf("%v allocations a packet", got)
	}
	f.mustHaveSent(t)
}

func BenchmarkForward(b *testing.B) {
	for _, consumers := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("consumers=%d", consumers), func(b *testing.B) {
			f := newForwarding(b, consumers)
			const chunk = 256
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if i%chunk == 0 {
					b.StopTimer()
					f.seal(chunk)
					b.StartTimer()
				}
				f.forward()
			}
			b.StopTimer()
			f.mustHaveSent(b)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(consumers), "ns/forwarded")
		})
	}
}
