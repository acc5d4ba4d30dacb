package udp

import (
	"net"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	benchDestinations = 50
	benchPacket       = 1130
	benchBurst        = 10 // packets of a frame
)

// BenchmarkFanOut sends packets to 50 destinations, evenly paced (one packet
// each at a time) and in bursts (a frame's packets each at a time), and compares
// the CPU time of the sending thread with that of the naive loop, one call of
// the net package a packet, in turns with it. The receivers read on other
// threads, without GRO but in the last case.
func BenchmarkFanOut(b *testing.B) {
	for _, pattern := range []struct {
		name  string
		burst int
	}{{"paced", 1}, {"burst", benchBurst}} {
		for _, way := range []struct {
			name string
			uses Features
		}{
			{"plain", Features{}},
			{"sendmmsg", Features{Sendmmsg: true}},
			{"sendmmsg+GSO", Features{Sendmmsg: true, Gso: true}},
			{"sendmmsg+GSO-to-GRO", Features{Sendmmsg: true, Gso: true, Gro: true}},
		} {
			b.Run(pattern.name+"/"+way.name, func(b *testing.B) {
				s := listen(b, "0.0.0.0:0")
				s.uses.sendmmsg.Store(way.uses.Sendmmsg)
				s.uses.gso.Store(way.uses.Gso)
				compareFanOut(b, s, drain(b, way.uses.Gro), pattern.burst)
			})
		}
	}
}

// compareFanOut runs rounds of the naive loop and of the Batch in turns.
func compareFanOut(b *testing.B, s *Socket, to []netip.AddrPort, burst int) {
	const round = 20 // flushes
	naive := newNaive(b, "0.0.0.0")
	batch := NewBatch(s, 128)
	packet := make([]byte, benchPacket)

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var naiveTimes, batchTimes []time.Duration
	for b.Loop() {
		naiveTimes = append(naiveTimes, threadTime(b, func() {
			for range round {
				for range burst {
					for _, addr := range to {
						_, _ = naive.WriteToUDPAddrPort(packet, addr)
					}
				}
			}
		}))
		batchTimes = append(batchTimes, threadTime(b, func() {
			for range round {
				for _, addr := range to {
					for range burst {
						batch.Queue(batch.Slot()[:benchPacket], addr)
					}
				}
				batch.Flush()
			}
		}))
	}
	report(b, naiveTimes, batchTimes, round*burst*len(to))
	if batch.Errors > 0 {
		b.Errorf("%d packets were refused", batch.Errors)
	}
}

// BenchmarkRead reads bursts of 32 packets and compares the CPU time of the
// reading thread with that of one call of the net package a packet, in turns
// with it. The packets were sent one by one or joined, as a network card joins
// those that come together.
func BenchmarkRead(b *testing.B) {
	for _, sent := range []string{"single", "joined"} {
		for _, gro := range []bool{false, true} {
			name := sent + "/recvmmsg"
			if gro {
				name += "+GRO"
			}
			b.Run(name, func(b *testing.B) {
				sender, receiver := listen(b, "127.0.0.1:0"), listen(b, "127.0.0.1:0")
				sender.uses.gso.Store(sent == "joined")
				if !gro {
					leaveGro(receiver)
				}
				compareRead(b, sender, receiver)
			})
		}
	}
}

func compareRead(b *testing.B, sender, receiver *Socket) {
	const burst = 32
	naive := newNaive(b, "127.0.0.1")
	to := naive.LocalAddr().(*net.UDPAddr).AddrPort()
	batch, ms := NewBatch(sender, burst), messageRoom(burst, 1501)
	send := func(to netip.AddrPort) {
		for range burst {
			batch.Queue(batch.Slot()[:benchPacket], to)
		}
	}

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var naiveTimes, batchTimes []time.Duration
	for b.Loop() {
		send(to)
		naiveTimes = append(naiveTimes, threadTime(b, func() {
			for range burst {
				if _, _, err := naive.ReadFromUDPAddrPort(ms[0].Buf); err != nil {
					b.Fatal(err)
				}
			}
		}))
		send(receiver.LocalAddr())
		batchTimes = append(batchTimes, threadTime(b, func() {
			for read := 0; read < burst; {
				n, err := receiver.ReadBatch(ms)
				if err != nil {
					b.Fatal(err)
				}
				read += n
			}
		}))
	}
	report(b, naiveTimes, batchTimes, burst)
}

func report(b *testing.B, naiveTimes, batchTimes []time.Duration, packets int) {
	b.Helper()
	naive, batch := float64(median(naiveTimes))/float64(packets), float64(median(batchTimes))/float64(packets)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(naive, "naive-ns/packet")
	b.ReportMetric(batch, "ns/packet")
	b.ReportMetric(batch/naive, "ratio")
}

// threadTime is the CPU time of the calling thread for f.
func threadTime(b *testing.B, f func()) time.Duration {
	b.Helper()
	before := threadUsage(b)
	f()
	return threadUsage(b) - before
}

func threadUsage(b *testing.B) time.Duration {
	b.Helper()
	var usage unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Nano())
}

func newNaive(b *testing.B, addr string) *net.UDPConn {
	b.Helper()
	naive, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(addr)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = naive.Close() })
	_ = naive.SetWriteBuffer(wantedBufferBytes)
	_ = naive.SetReadBuffer(wantedBufferBytes)
	return naive
}

// drain reads what is sent to the addresses: loopback has as many as one likes.
func drain(b *testing.B, gro bool) (addrs []netip.AddrPort) {
	b.Helper()
	for i := range benchDestinations {
		s := listen(b, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)}), 0).String())
		if !gro {
			leaveGro(s)
		}
		readAll(b, s)
		addrs = append(addrs, s.LocalAddr())
	}
	return addrs
}

// readAll reads a socket on a goroutine until the benchmark ends.
func readAll(b *testing.B, s *Socket) {
	b.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ms := messageRoom(32, 1501)
		for {
			if _, err := s.ReadBatch(ms); err != nil {
				return
			}
		}
	}()
	b.Cleanup(func() {
		_ = s.Close()
		<-ended
	})
}

// leaveGro makes a socket read as on kernels before Linux 5.0.
func leaveGro(s *Socket) {
	s.readPlainly()
	s.uses.recvmmsg.Store(true)
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
