package awake

import (
	"log/slog"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"takoshome/app/awake/logindtest"
)

const patience = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// started is an Awake with a clock of the test's.
type started struct {
	*Awake
	resumed chan struct{}
	look    chan time.Time
}

func start(t *testing.T, allowed bool) *started {
	t.Helper()
	s := &started{resumed: make(chan struct{}, 10), look: make(chan time.Time)}
	var err error
	s.Awake, err = New(Config{
		OnResume: func() { s.resumed <- struct{}{} },
		Allowed:  allowed,
		Logger:   slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
		look:     s.look,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *started) awaitResume(t *testing.T) {
	t.Helper()
	select {
	case <-s.resumed:
	case <-time.After(patience):
		t.Fatal("no resume was told")
	}
}

// withLogind is a logind that New will find.
func withLogind(t *testing.T) *logindtest.Logind {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("logind is a part of Linux systems")
	}
	l := logindtest.New(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", l.Address)
	return l
}

func TestHold(t *testing.T) {
	logind := withLogind(t)
	a := start(t, true)
	first, second := a.Hold("a call"), a.Hold("a call")
	want := logindtest.Inhibitor{What: "sleep:idle", Who: "Takos Home", Why: "a call", Mode: "block"}
	if got := logind.Await(t, 1); got[0] != want {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
	first()
	first()
	a.look <- time.Now() // the goroutine has seen it
	a.look <- time.Now()
	if got := logind.Held(); len(got) != 1 {
		t.Errorf("somebody still needs it: %v", got)
	}
	second()
	logind.Await(t, 0)
	again := a.Hold("another")
	logind.Await(t, 1)
	a.Close()
	logind.Await(t, 0)
	again()
}

// A process outside of any session may not block sleep itself.
func TestHoldWithFewRights(t *testing.T) {
	logind := withLogind(t)
	logind.Refuse("sleep")
	a := start(t, true)
	release := a.Hold("a call")
	if got := logind.Await(t, 1); got[0].What != "idle" {
		t.Errorf("got %+v", got[0])
	}
	release()
	logind.Await(t, 0)
}

func TestHoldWithoutRights(t *testing.T) {
	logind := withLogind(t)
	logind.Refuse("idle")
	a := start(t, true)
	a.Hold("a call")
	a.look <- time.Now()
	a.look <- time.Now()
	if got := logind.Held(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	logind.Refuse("")
	a.Hold("another") // what failed is tried again
	logind.Await(t, 1)
}

// Off means off, and resumes are told all the same.
func TestNotAllowed(t *testing.T) {
	logind := withLogind(t)
	a := start(t, false)
	a.Hold("a call")
	a.look <- time.Now()
	a.look <- time.Now()
	logind.PrepareForSleep(t, false)
	a.awaitResume(t)
	if got := logind.Held(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestResumeToldBySystem(t *testing.T) {
	logind := withLogind(t)
	a := start(t, true)
	a.look <- time.Now() // it listens
	logind.PrepareForSleep(t, true)
	logind.PrepareForSleep(t, false)
	a.awaitResume(t)
	if len(a.resumed) > 0 {
		t.Error("going to sleep was taken for waking")
	}
}

func TestNoBus(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
	a := start(t, true)
	a.Hold("a call")()
	a.look <- time.Now()
}

// The clock tells where the system does not.
func TestResumeToldByClock(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
	for _, test := range []struct {
		name  string
		late  time.Duration
		slept bool
	}{
		{"on time", lookInterval, false},
		{"a busy computer", lookInterval + 4*time.Second, false},
		{"ten seconds", 10 * time.Second, true},
		{"a night", 8 * time.Hour, true},
		{"backwards", -time.Hour, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			told := 0
			w := &watch{
				awake: &Awake{config: Config{OnResume: func() { told++ }}, log: slog.New(slog.DiscardHandler)},
				last:  time.Hour,
			}
			w.awake.config.clock = func() time.Duration { return time.Hour + test.late }
			w.lookAtClock()
			w.lookAtClock()
			if (told == 1) != test.slept {
				t.Errorf("told %d times", told)
			}
		})
	}
}

// What the system has told is not told again by the clock.
func TestResumeToldOnce(t *testing.T) {
	told, now := 0, time.Hour
	w := &watch{awake: &Awake{log: slog.New(slog.DiscardHandler)}, last: now}
	w.awake.config = Config{OnResume: func() { told++ }, clock: func() time.Duration { return now }}
	now += time.Hour
	w.wake()
	w.lookAtClock()
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	now += time.Hour
	w.lookAtClock()
	w.wake() // the clock was first
	if told != 2 {
		t.Errorf("told %d times", told)
	}
}

func TestSleeplessClock(t *testing.T) {
	first := sleeplessClock()
	if second := sleeplessClock(); first <= 0 || second < first {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestNewNeedsACallback(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("nobody wants to know")
	}
}
