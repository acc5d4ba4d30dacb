package app

import (
	"net"
	"net/http"
	"testing"
	"time"

	"takoshome/app/config"
)

// One number of a port, as by default: web, media over UDP and media over TCP.
func TestOnePortForAll(t *testing.T) {
	free, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.LocalAddr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []config.TLSMode{config.TLSOff, config.TLSSelfSigned} {
		t.Run(string(mode), func(t *testing.T) {
			a := startApp(t, func(c *Config) {
				c.Settings.HTTP, c.Settings.RTC = listenOn(addr), listenOn(addr)
				c.Settings.TLS = config.TLS{Mode: mode}
			})
			client, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			if _, err := client.Write([]byte("\x00\x02\x00a")); err != nil { // the beginning of a check
				t.Fatal(err)
			}
			for begun := time.Now(); a.Snapshot().Host.Port.Tcp.Connections == 0; time.Sleep(5 * time.Millisecond) {
				if time.Since(begun) > patience {
					t.Fatalf("media over TCP got nothing: %+v", a.Snapshot().Host.Port)
				}
			}
			if mode == config.TLSOff {
				wantStatus(t, a.Snapshot().Host.HTTP+"/j", http.StatusOK)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
