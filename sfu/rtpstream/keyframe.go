package rtpstream

import "time"

const (
	defaultKeyFrameInterval = time.Second
	keyFrameAnswerTime      = time.Second // a request unanswered for this long was lost
)

// KeyFrameRequests throttles the key frame requests (PLI, FIR) of a producer's
// consumers to one per interval. It defers, it never drops: a request either
// goes out, or waits for the key frame already asked for, or goes out when the
// interval has passed. A request without an answer is repeated once, and again
// while consumers go on asking, as mediasoup's KeyFrameRequestManager does.
//
// The zero value has an interval of one second.
type KeyFrameRequests struct {
	interval time.Duration
	sentAt   time.Time // zero: never
	awaiting bool      // sent, and no key frame since
	repeated bool      // the request awaited was sent twice
	again    bool      // asked for while awaiting
	deferred bool      // asked for too soon after the last answered request
}

// NewKeyFrameRequests returns a throttle of one request per interval; one that
// is not positive means a second.
func NewKeyFrameRequests(interval time.Duration) KeyFrameRequests {
	return KeyFrameRequests{interval: interval}
}

// Request takes a consumer's wish for a key frame, and reports whether to send
// a request to the producer now.
func (k *KeyFrameRequests) Request(now time.Time) (send bool) {
	switch {
	case k.awaiting && now.Sub(k.sentAt) < keyFrameAnswerTime:
		k.again = true
		return false
	case !k.sentAt.IsZero() && now.Sub(k.sentAt) < k.intervalOrDefault():
		k.deferred = true
		return false
	}
	k.send(now, false)
	return true
}

// Received notes that a key frame came: it answers the request awaited and all
// who asked meanwhile. Requests deferred after an earlier key frame stay, since
// later packets of that key frame may be what came.
func (k *KeyFrameRequests) Received(time.Time) {
	k.awaiting, k.again = false, false
}

// Due reports whether to send a request now because one was deferred or not
// answered. It is to be called from a timer, several times a second.
func (k *KeyFrameRequests) Due(now time.Time) (send bool) {
	if k.sentAt.IsZero() {
		return false
	}
	since := now.Sub(k.sentAt)
	if k.awaiting && since >= max(keyFrameAnswerTime, k.intervalOrDefault()) {
		if !k.repeated || k.again || k.deferred {
			k.send(now, true)
			return true
		}
		k.awaiting = false
	}
	if k.deferred && since >= k.intervalOrDefault() {
		k.send(now, false)
		return true
	}
	return false
}

func (k *KeyFrameRequests) send(now time.Time, repeated bool) {
	k.sentAt = now
	k.awaiting, k.repeated = true, repeated
	k.again, k.deferred = false, false
}

func (k *KeyFrameRequests) intervalOrDefault() time.Duration {
	if k.interval <= 0 {
		return defaultKeyFrameInterval
	}
	return k.interval
}
