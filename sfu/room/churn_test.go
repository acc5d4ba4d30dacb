package room

import (
	"os"
	"runtime"
	"testing"
	"time"

	"takoshome/sfu/ortc"
)

// usage is what a long run of coming and going must not have changed.
type usage struct{ goroutines, files, heapBytes int }

func measureUsage(t *testing.T) usage {
	t.Helper()
	runtime.GC()
	runtime.GC() // what finalizers and pools let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := usage{goroutines: runtime.NumGoroutine(), heapBytes: int(m.HeapAlloc)}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		u.files = len(files)
	}
	return u
}

// wantBack fails unless the usage comes back to what it was, but for a twentieth
// and what the runtime keeps for itself.
func wantBack(t *testing.T, before usage) {
	t.Helper()
	const runtimesOwn = 256 << 10
	var after usage
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		after = measureUsage(t)
		if after.goroutines <= before.goroutines && after.files <= before.files &&
			after.heapBytes <= before.heapBytes+before.heapBytes/20+runtimesOwn {
			return
		}
	}
	t.Errorf("before %+v, after %+v", before, after)
}

// Row 18: 10,000 times somebody comes and goes, in each way there is, and one
// client mutes and unmutes 1,000 times by closing its producer.
func TestFault18ComingAndGoing(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	bob, welcome := join(t, rooms, "bob")
	comeAndGo := func(n int) {
		for i := range n {
			alice, in := join(t, rooms, "alice")
			switch i % 4 {
			case 0:
				must(t, bob.Consume(ConsumeRequest{
					ProducerID: alice.produce(ortc.KindVideo, 1), RtpCapabilities: welcome.RouterRtpCapabilities,
				}))
				alice.Leave(HungUp)
			case 1:
				alice.Leave(WentAway)
			case 2: // the next join takes the place of the lost one
				alice.Leave(Broken)
			default:
				alice.Leave(Broken)
				again, _ := resume(t, rooms, in.ResumeSecret, true)
				again.Leave(HungUp)
			}
			bob.take()
		}
	}
	mute := func(n int) {
		for range n {
			must(t, bob.CloseProducer(bob.produce(ortc.KindAudio, 7)))
			bob.take()
		}
	}
	comeAndGo(8)
	mute(8)
	before := measureUsage(t)
	comeAndGo(10_000)
	bob.take()
	mute(1000)
	wantBack(t, before)
	if got := rooms.People("den"); got != 1 {
		t.Errorf("%d people are left", got)
	}
}
