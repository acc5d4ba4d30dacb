package takoscall

import "testing"

// A controller that does not read is sent away, and delays nobody.
func TestOutboxIsBounded(t *testing.T) {
	t.Parallel()
	o := newOutbox(newEnding())
	for range outboxSize {
		o.put(entry{})
	}
	if o.ending.HasBegun() {
		t.Fatal("a full outbox ended the connection")
	}
	o.put(entry{})
	if !o.ending.HasBegun() || o.ending.Code() != closeSlow {
		t.Error("an outbox that runs over did not end the connection")
	}
	if n := len(o.take()); n != outboxSize {
		t.Errorf("%d messages wait", n)
	}
}

func TestCommandsWithoutAnswerAreBounded(t *testing.T) {
	t.Parallel()
	o := newOutbox(newEnding())
	for range maxRequests {
		if !o.begin() {
			t.Fatal("the connection has not ended")
		}
	}
	going := make(chan bool)
	go func() { going <- o.begin() }()
	o.answered()
	if !<-going {
		t.Error("a command has to wait although one was answered")
	}
	o.ending.End(closeStopping)
	if o.begin() {
		t.Error("a command begins on a connection that ends")
	}
}

// The end of the fullest room still fits.
func TestOutboxHoldsTheEndOfARoom(t *testing.T) {
	l := defaultLimits
	streams := l.Peers * (l.Consumers + l.Producers + l.Transports + 1)
	if streams > outboxSize {
		t.Errorf("a room's end tells of up to %d things, the outbox holds %d", streams, outboxSize)
	}
}
