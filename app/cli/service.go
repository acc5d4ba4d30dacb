package cli

import (
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

// service is who has started the program and waits for its word: systemd, by the
// protocol of sd_notify(3).
type service struct {
	socket string // empty: nobody
	log    *slog.Logger
	stop   chan struct{}
	gone   sync.WaitGroup
}

func newService(log *slog.Logger) *service {
	return &service{socket: os.Getenv("NOTIFY_SOCKET"), log: log, stop: make(chan struct{})}
}

// ready says that everything listens. From then on alive is asked again and again,
// and whoever waits hears each time that it has returned (WatchdogSec=).
func (s *service) ready(alive func()) {
	s.tell("READY=1")
	if interval := watchdogInterval(); s.socket != "" && interval > 0 {
		s.gone.Go(func() { s.bark(interval, alive) })
	}
}

// stopping says that the end has begun.
func (s *service) stopping() {
	close(s.stop)
	s.gone.Wait()
	s.tell("STOPPING=1")
}

// bark is the goroutine that tells of being alive.
func (s *service) bark(interval time.Duration, alive func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
			alive()
			s.tell("WATCHDOG=1")
		}
	}
}

func (s *service) tell(state string) {
	if s.socket == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: s.socket, Net: "unixgram"})
	if err == nil {
		_, err = conn.Write([]byte(state))
		_ = conn.Close()
	}
	if err != nil {
		s.log.Warn("systemd was not told", "state", state, "error", err)
	}
}

// watchdogInterval is half the time that the watchdog waits, 0 without one.
func watchdogInterval() time.Duration {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	micros, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || micros <= 0 {
		return 0
	}
	return time.Duration(micros) * time.Microsecond / 2
}
