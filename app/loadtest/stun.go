package loadtest

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"

	"github.com/pion/stun/v3"
)

// checker makes the connectivity checks of one transport (RFC 8445 section 7.2)
// as the controlling agent, nominating with each: whichever address answers is
// used. They are its signs of consent too (RFC 7675).
type checker struct {
	username   string
	password   string
	tieBreaker [8]byte
	last       atomic.Pointer[[stun.TransactionIDSize]byte]
}

func newChecker(local, remote, password string) *checker {
	c := &checker{username: remote + ":" + local, password: password}
	_, _ = rand.Read(c.tieBreaker[:]) // it never fails
	return c
}

// request is the next check; an answer to an older one is not taken any more.
func (c *checker) request() ([]byte, error) {
	const priority = "\x7E\x00\x1E\xFF" // of a host candidate found by a check
	m, err := stun.Build(
		stun.TransactionID, stun.BindingRequest,
		stun.NewUsername(c.username),
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: c.tieBreaker[:]},
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte(priority)},
		stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(c.password),
		stun.Fingerprint,
	)
	if err != nil {
		return nil, fmt.Errorf("make a connectivity check: %w", err)
	}
	id := m.TransactionID
	c.last.Store(&id)
	return m.Raw, nil
}

// answers reports whether a message is the success of the last check.
func (c *checker) answers(packet []byte) bool {
	m := stun.Message{Raw: packet}
	last := c.last.Load()
	return m.Decode() == nil && m.Type == stun.BindingSuccess && last != nil && m.TransactionID == *last &&
		stun.NewShortTermIntegrity(c.password).Check(&m) == nil
}
