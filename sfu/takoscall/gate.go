package takoscall

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"
	"sync"
	"time"

	"takoshome/sfu/sockets"
)

const (
	maxWrongKeys     = 10
	wrongKeyWindow   = time.Minute
	maxWrongKeyHosts = 1024 // addresses remembered at once
)

// gate knows the key and counts guesses at it by address. An IPv6 network of
// one customer (/64) counts as one address.
type gate struct {
	key [sha256.Size]byte // a hash, so that comparing tells nothing of the length

	mu      sync.Mutex
	guesses map[netip.Prefix]guesses // mu protects
}

type guesses struct {
	count int
	until time.Time // the count starts anew then
}

func newGate(key string) *gate {
	return &gate{key: sha256.Sum256([]byte(key)), guesses: map[netip.Prefix]guesses{}}
}

// verdict is what becomes of somebody who shows a key.
type verdict int

const (
	keyRight verdict = iota
	keyWrong
	keyNotTried // too many wrong ones came from the address
)

// try compares a key. It counts before it compares, so that many at once are no
// more guesses than one after the other.
func (g *gate) try(now time.Time, addr netip.Addr, key string) verdict {
	host := sockets.HostOf(addr)
	if !g.begin(now, host) {
		return keyNotTried
	}
	shown := sha256.Sum256([]byte(key))
	if subtle.ConstantTimeCompare(shown[:], g.key[:]) != 1 {
		return keyWrong
	}
	g.takeBack(host)
	return keyRight
}

func (g *gate) begin(now time.Time, host netip.Prefix) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	made := g.guesses[host]
	if !now.Before(made.until) {
		made = guesses{until: now.Add(wrongKeyWindow)}
	}
	if made.count >= maxWrongKeys {
		return false
	}
	if _, known := g.guesses[host]; !known && !g.makeRoomLocked(now) {
		return false
	}
	made.count++
	g.guesses[host] = made
	return true
}

func (g *gate) takeBack(host netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	made := g.guesses[host]
	if made.count--; made.count <= 0 {
		delete(g.guesses, host)
		return
	}
	g.guesses[host] = made
}

// makeRoomLocked keeps the memory of guesses bounded. While it is full of
// addresses that still count, no new address may try.
func (g *gate) makeRoomLocked(now time.Time) bool {
	if len(g.guesses) < maxWrongKeyHosts {
		return true
	}
	for host, made := range g.guesses {
		if !now.Before(made.until) {
			delete(g.guesses, host)
		}
	}
	return len(g.guesses) < maxWrongKeyHosts
}
