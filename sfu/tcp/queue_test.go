package tcp

import (
	"encoding/binary"
	"testing"
)

func rtpPacket(ssrc, timestamp uint32, size int) []byte {
	p := make([]byte, size)
	p[0], p[1] = 0x80, 96
	binary.BigEndian.PutUint32(p[4:], timestamp)
	binary.BigEndian.PutUint32(p[8:], ssrc)
	return p
}

// A slow reader loses whole ends of frames: what did not fit and what follows of
// the same frame, though there is room again; and the next frame is whole.
func TestQueueDropsToTheEndOfTheFrame(t *testing.T) {
	q := newQueue(3000)
	put := func(want bool, datagram []byte) {
		t.Helper()
		if got := q.put(datagram); got != want {
			t.Errorf("put %v, want %v", got, want)
		}
	}
	put(true, rtpPacket(1, 10, 1200))
	put(true, rtpPacket(1, 10, 1200))
	put(false, rtpPacket(1, 10, 1200)) // full
	put(true, rtpPacket(2, 10, 100))   // another stream's, which fits
	put(true, []byte{0, 1, 0, 0})      // a check goes beyond the limit
	put(true, append([]byte{0x80, 200}, make([]byte, 1000)...))
	frames, ok := q.take()
	if !ok || len(frames) != 2*1202+102+6+1004 {
		t.Errorf("%d bytes were queued", len(frames))
	}
	q.done(frames)
	put(false, rtpPacket(1, 10, 100)) // the rest of that frame
	put(true, rtpPacket(1, 20, 1200))
	put(true, rtpPacket(1, 20, 1200))
	if q.droppedCount() != 2 {
		t.Errorf("%d were dropped", q.droppedCount())
	}
	q.close()
	put(false, rtpPacket(1, 30, 100))
	if frames, ok := q.take(); !ok || len(frames) == 0 {
		t.Error("what is queued must be taken after the end")
	}
	if frames, ok := q.take(); ok || len(frames) != 0 {
		t.Error("then it is the end")
	}
}

func TestQueueIsBounded(t *testing.T) {
	q := newQueue(1000)
	for range 10_000 {
		q.put([]byte{0, 1, 2, 3})
		q.put(rtpPacket(1, 1, 500))
	}
	if frames, _ := q.take(); len(frames) > 1000+controlBytes {
		t.Errorf("%d bytes are queued", len(frames))
	}
	if q.put(nil) || q.put(make([]byte, 1<<16)) {
		t.Error("no frame can be of that size")
	}
}
