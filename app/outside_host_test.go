package app

import (
	"net/netip"
	"testing"

	"takoshome/app/config"
	"takoshome/app/reach/address"
)

// Nobody outside gets in while there is no way out, whatever the settings name.
func TestReachWithoutWayOut(t *testing.T) {
	finder, err := address.New(address.Config{}) // not started: offline
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Default("/data")
	settings.PublicURL = "https://home.example"
	h := &host{config: hostConfig{settings: settings}, webAddr: netip.MustParseAddrPort("192.168.1.20:8443"), outside: &outside{finder: finder}}
	if got := h.reach(); got != ReachHome {
		t.Errorf("offline %q, want %q", got, ReachHome)
	}
	if got := h.farthest(); got != ReachWorld {
		t.Errorf("otherwise %q, want %q", got, ReachWorld)
	}
}
