package app

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"takoshome/app/config"
	"takoshome/app/control"
	"takoshome/sfu/room"
)

func TestStartRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	takenUDP, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = takenUDP.Close() }()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Config)
		check  func(error) bool
	}{
		{"web port taken", func(c *Config) { c.Settings.HTTP = listenOn(taken.Addr().String()) }, isTaken("tcp")},
		{"media port taken", func(c *Config) { c.Settings.RTC = listenOn(takenUDP.LocalAddr().String()) }, isTaken("udp")},
		{"foreign address", func(c *Config) { c.Settings.HTTP = listenOn("192.0.2.1:0") }, func(err error) bool {
			var listen *ListenError
			return errors.As(err, &listen) && !listen.IsTaken()
		}},
		{"data folder is a file", func(c *Config) { c.Settings.DataDir = file }, isDataDir},
		{"data folder below a file", func(c *Config) { c.Settings.DataDir = filepath.Join(file, "x") }, isDataDir},
		{"no certificate", func(c *Config) {
			c.Settings.TLS = config.TLS{Mode: config.TLSFiles, Cert: file, Key: file}
		}, func(err error) bool { return err != nil }},
		{"no page", func(c *Config) { c.Page = nil }, func(err error) bool { return err != nil }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := testConfig(t)
			test.change(&c)
			a, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Start(t.Context()); !test.check(err) {
				t.Errorf("got %v", err)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(c.Settings.DataDir, "control.sock")); err == nil {
				t.Error("the control socket was left")
			}
		})
	}
}

// The second listener fails: the first port must be free again.
func TestNothingHalfStarted(t *testing.T) {
	takenUDP, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = takenUDP.Close() }()
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := probe.Addr().String()
	_ = probe.Close()
	c := testConfig(t)
	c.Settings.HTTP, c.Settings.RTC = listenOn(addr), listenOn(takenUDP.LocalAddr().String())
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); !isTaken("udp")(err) {
		t.Fatalf("got %v", err)
	}
	again, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatalf("the web port is still held: %v", err)
	}
	_ = again.Close()
	folder, err := control.Open(c.Settings.DataDir)
	if err != nil {
		t.Fatalf("the data folder is still held: %v", err)
	}
	_ = folder.Close()
}

func TestFailureWhileRunningIsANotice(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	a := startApp(t, func(c *Config) {
		c.Settings.Hosting = false
		c.Settings.HTTP = listenOn(taken.Addr().String())
	})
	a.Send(StartHosting{})
	s := waitFor(t, a, func(s *Snapshot) bool { return s.Notice != nil })
	port := netip.MustParseAddrPort(taken.Addr().String()).Port()
	if s.Host.State != HostFailed || s.Notice.Key != "notice.portTaken" || s.Notice.Args["port"] != itoa(port) || !s.Notice.Bad {
		t.Errorf("state %s, notice %+v", s.Host.State, s.Notice)
	}
	_ = taken.Close()
	do(t, a, StartHosting{})
	if got := a.Snapshot().Host.State; got != HostRunning {
		t.Errorf("with the port free: %s", got)
	}
}

// Whoever opens a link reads no terminal, and needs no port of their own.
func TestWindowStartsWithoutHosting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	host := startCaller(t, nil)
	a := startCaller(t, func(c *Config) {
		c.HasWindow = true
		c.Settings.HTTP = listenOn(taken.Addr().String())
	})
	if s := a.Snapshot(); s.Host.State != HostFailed || s.Notice == nil || s.Notice.Key != "notice.portTaken" {
		t.Errorf("state %s, notice %+v", s.Host.State, s.Notice)
	}
	a.join(t, host.roomLink(t, room.CallVideo), "Taro")
	_ = taken.Close()
	do(t, a.App, StartHosting{})
	if got := a.Snapshot().Host.State; got != HostRunning {
		t.Errorf("with the port free: %s", got)
	}
}

func TestBrokenHostIsStopped(t *testing.T) {
	a := startApp(t, nil)
	broken := a.running()
	a.Send(hostBroke{broken, errors.New("no more files")})
	s := waitFor(t, a, func(s *Snapshot) bool { return s.Notice != nil })
	if s.Host.State != HostFailed || s.Notice.Key != "notice.hostFailed" || s.Notice.Args["reason"] != "no more files" {
		t.Errorf("state %s, notice %+v", s.Host.State, s.Notice)
	}
	do(t, a, StartHosting{})
	if err := a.Do(t.Context(), hostBroke{broken, errors.New("late")}); err != nil || a.running() == nil {
		t.Errorf("the news of an older host stopped the new one: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	c := testConfig(t)
	c.Settings.DataDir = ""
	if _, err := New(c); err == nil {
		t.Error("no data folder was taken")
	}
	c = testConfig(t)
	c.Settings.Limits = config.Limits{}
	if _, err := New(c); err == nil {
		t.Error("no limits were taken")
	}
}

func TestSecondStart(t *testing.T) {
	a := startApp(t, func(c *Config) { c.HasWindow = true })
	second, err := New(a.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); !errors.Is(err, control.ErrRunning) {
		t.Errorf("got %v, want ErrRunning", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	client := control.NewClient(a.config.Settings.DataDir)
	for range 3 {
		if err := client.Raise(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	<-a.RaiseRequests()
	select {
	case <-a.RaiseRequests():
		t.Error("one request is enough")
	default:
	}
}

func TestSelfSignedTLS(t *testing.T) {
	a := startApp(t, func(c *Config) { c.Settings.TLS = config.TLS{Mode: config.TLSSelfSigned} })
	if got := a.Snapshot().Host; !strings.HasPrefix(got.HTTP, "https://127.0.0.1:") || got.TLS != "self-signed" {
		t.Errorf("host %+v", got)
	}
	info, err := os.Stat(filepath.Join(a.config.Settings.DataDir, certificateFile))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("key file: %v, %v", info, err)
	}
}

func TestAfterClose(t *testing.T) {
	a := startApp(t, nil)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	a.Send(StartHosting{})
	if err := a.Do(t.Context(), StartHosting{}); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	a.Watch(func(*Snapshot) { t.Error("called after the end") })()
}

func TestDoEndsWithItsContext(t *testing.T) {
	a, err := New(testConfig(t)) // not started: nobody carries it out
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Do(ctx, DismissNotice{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSendIsBounded(t *testing.T) {
	a, err := New(testConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	for range maxCommandQueue {
		a.Send(DismissNotice{})
	}
	if got := a.Snapshot().Notice; got != nil {
		t.Errorf("notice %+v though all found room", got)
	}
	a.Send(DismissNotice{})
	if got := a.Snapshot().Notice; got == nil || got.Key != "notice.busy" {
		t.Errorf("notice %+v", got)
	}
}
