package sfu

import (
	"fmt"
	"math"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/srtp/v3"

	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
)

// forwarding is the real path from an encrypted packet in to encrypted packets
// out, with a receiver's socket that nobody reads. Each consumer has an address
// of its own there.
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
	producer.policer.limitBps = math.MaxUint32 // as fast as it goes
	port := newSink(t).Port()
	for i := range consumers {
		transport := newTestTransport(t, router, DirectionRecv)
		keys, err := newSendKeys(srtp.ProtectionProfileAeadAes128Gcm, make([]byte, 16), make([]byte, 12))
		if err != nil {
			t.Fatal(err)
		}
		transport.out.setKeys(keys)
		transport.out.setRemote(udpRoute(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, byte(i >> 8), byte(i + 1)}), port)))
		options := ConsumerOptions{Producer: producer, RtpCapabilities: router.RtpCapabilities()}
		if _, err := transport.Consume(options); err != nil {
			t.Fatal(err)
		}
	}
	f := &forwarding{sender: sender, producer: producer}
	f.reader = newTestReader(router.server)
	f.seal(2)
	f.forward(1) // a keyframe: all consumers have started
	f.forward(1)
	f.mustHaveSent(t)
	return f
}

func udpRoute(to netip.AddrPort) route { return route{Tuple: ice.Tuple{AddrPort: to}} }

// newSink is where packets can be sent that nobody reads: a port of every
// loopback address.
func newSink(t testing.TB) netip.AddrPort {
	t.Helper()
	sink, err := net.ListenUDP("udp4", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	port := sink.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)
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

// forward takes the next packets as one read brings them.
func (f *forwarding) forward(packets int) {
	for _, sealed := range f.sealed[:packets] {
		f.sender.transport.handleRtp(time.Now(), sealed, f.reader)
	}
	f.reader.flush()
	f.sealed = f.sealed[packets:]
	f.sent += uint64(packets)
}

// Forwarding allocates nothing, neither packets one by one nor bursts, to 10
// consumers each.
func TestForwardingAllocatesNothing(t *testing.T) {
	for _, burst := range []int{1, 10} {
		t.Run(fmt.Sprintf("burst=%d", burst), func(t *testing.T) {
			f := newForwarding(t, 10)
			stopTicker(f.sender.transport.server) // it allocates for reports
			const runs = 300
			f.seal((runs + 1) * burst)
			if got := testing.AllocsPerRun(runs, func() { f.forward(burst) }); got != 0 {
				t.Errorf("%v allocations for %d packets", got, burst)
			}
			f.mustHaveSent(t)
		})
	}
}

func stopTicker(s *WebRtcServer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.tickerStop)
	s.tickerStop = nil
}

func BenchmarkForward(b *testing.B) {
	for _, burst := range []int{1, 10} {
		for _, consumers := range []int{1, 10, 100} {
			b.Run(fmt.Sprintf("burst=%d/consumers=%d", burst, consumers), func(b *testing.B) {
				f := newForwarding(b, consumers)
				chunk := 30 * burst
				b.ReportAllocs()
				b.ResetTimer()
				for i := range b.N {
					if i%30 == 0 {
						b.StopTimer()
						f.seal(chunk)
						b.StartTimer()
					}
					f.forward(burst)
				}
				b.StopTimer()
				f.mustHaveSent(b)
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*burst*consumers), "ns/forwarded")
			})
		}
	}
}
