package participant

import (
	"strings"
	"sync/atomic"
	"testing"
)

// While these run, no others do: those would take the cables for ways of theirs.
func TestFaults(t *testing.T) {
	for name, fault := range map[string]func(*testing.T){
		"the host's address changes":   faultHostsAddressChanges,
		"the media's address changes":  faultMediaAddressChanges,
		"an interface goes and comes":  faultInterfaceGoesAndComes,
		"two addresses in one network": faultSecondAddress,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault(t)
		})
	}
}

// twoWhoTalk are guests who hear each other.
func twoWhoTalk(t *testing.T, hh *homeHost) (alice, bob *guest, ofBob, ofAlice TrackAdded) {
	t.Helper()
	alice, bob = hh.join("alice"), hh.join("bob")
	alice.produce(ProducerConfig{Kind: kindAudio})
	bob.produce(ProducerConfig{Kind: kindAudio})
	ofAlice, ofBob = bob.awaitTrack("alice", kindAudio), alice.awaitTrack("bob", kindAudio)
	hear(t, ofAlice.Track)
	hear(t, ofBob.Track)
	hh.awaitMedia()
	return alice, bob, ofBob, ofAlice
}

// Fault 8: the host's address changes in the middle of a call, with all that went
// to the old one, as when a router connects anew. Its name leads to the new one.
func faultHostsAddressChanges(t *testing.T) {
	home := newHome(t)
	home.plug(1, "down")
	var at atomic.Value
	at.Store(home.addr(0, 2))
	hh := home.host(func() string { return at.Load().(string) })
	alice, bob, ofBob, ofAlice := twoWhoTalk(t, hh)

	home.in("ip", "address", "del", home.addr(0, 2)+"/24", "dev", "eth0")
	home.in("ip", "address", "add", home.addr(0, 3)+"/24", "dev", "eth0")
	at.Store(home.addr(0, 3))
	hh.look()
	hearOnwards(bob, ofAlice)
	hearOnwards(alice, ofBob)
}

// The same where signaling goes on, by another way: the streams do, too.
func faultMediaAddressChanges(t *testing.T) {
	home := newHome(t)
	home.in("nft", "add table inet walls; add chain inet walls in { type filter hook input priority 0; }; add rule inet walls in iifname eth1 meta l4proto udp drop")
	hh := home.host(func() string { return home.addr(1, 2) })
	alice, bob, ofBob, ofAlice := twoWhoTalk(t, hh)

	home.in("ip", "address", "del", home.addr(0, 2)+"/24", "dev", "eth0")
	home.in("ip", "address", "add", home.addr(0, 3)+"/24", "dev", "eth0")
	hh.look()
	hearOnwards(bob, ofAlice)
	hearOnwards(alice, ofBob)
	stays(t, alice, bob)
}

// Fault 9: one of the host's interfaces goes, and comes back. Who is there by
// another one notices nothing; who was there by it goes on by the other.
func faultInterfaceGoesAndComes(t *testing.T) {
	home := newHome(t)
	home.in("nft", "add table inet walls; add chain inet walls in { type filter hook input priority 0; }; "+
		"add rule inet walls in iifname eth0 ip saddr "+home.addr(1, 1)+" drop; add rule inet walls in iifname eth1 ip saddr "+home.addr(0, 1)+" drop")
	m := newMeddler(t)
	var restarts atomic.Int64
	m.fromGuest = func(message map[string]any) bool {
		if message["type"] == "restartIce" {
			restarts.Add(1)
		}
		return true
	}
	only := map[string]string{"alice": home.addr(0, 2), "bob": home.addr(1, 2)}
	m.fromHost = func(message map[string]any) bool {
		if data, ok := message["data"].(map[string]any); ok && message["type"] == "init" {
			user, _ := data["peerId"].(string)
			eachCandidate(message, func(_ string, c map[string]any) {
				if c["ip"] != only[user] {
					c["protocol"] = "none"
				}
			})
		}
		return true
	}
	hh := home.host(func() string { return home.addr(1, 2) }, m.option())
	alice, bob, ofBob, ofAlice := twoWhoTalk(t, hh)
	for name, addr := range only {
		for _, transport := range hh.peer(name).Transports {
			if !strings.HasPrefix(transport.Tuple, strings.TrimSuffix(addr, "2")) {
				t.Errorf("%s is at %s, not by %s: the test shows nothing", name, transport.Tuple, addr)
			}
		}
	}

	home.plug(0, "down")
	hh.look()
	hearOnwards(bob, ofAlice)
	hearOnwards(alice, ofBob)
	if got := restarts.Load(); got != 2 {
		t.Errorf("%d restarts, want one of each transport of alice's", got)
	}
	home.plug(0, "up")
	hh.look()
	hearOnwards(bob, ofAlice)
	hearOnwards(alice, ofBob)
	stays(t, alice, bob)
	if got := restarts.Load(); got != 2 {
		t.Errorf("%d restarts, want no more", got)
	}
}

// A host with two addresses in one network is reached by either, from the
// beginning or from when it got the second one.
func faultSecondAddress(t *testing.T) {
	for _, late := range []bool{false, true} {
		home := newHome(t)
		home.plug(1, "down")
		second := func() { home.in("ip", "address", "add", home.addr(0, 4)+"/24", "dev", "eth0") }
		if !late {
			second()
		}
		m := newMeddler(t)
		m.fromHost = func(message map[string]any) bool {
			data, _ := message["data"].(map[string]any)
			eachCandidate(message, func(_ string, c map[string]any) {
				if user, _ := data["peerId"].(string); c["ip"] != home.addr(0, 4) && strings.HasPrefix(user, "second") {
					c["protocol"] = "none"
				}
			})
			return true
		}
		hh := home.host(func() string { return home.addr(0, 2) }, m.option())
		alice, bob, ofBob, ofAlice := twoWhoTalk(t, hh)
		if late {
			second()
			hh.look()
		}
		carol := hh.join("second")
		ofAliceToo := carol.awaitTrack("alice", kindAudio)
		hearOnwards(carol, ofAliceToo)
		hearOnwards(bob, ofAlice)
		hearOnwards(alice, ofBob)
		stays(t, alice, bob, carol)
	}
}
