package turn

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

const (
	// realm is short: it is in each answer to a stranger.
	realm = "home"
	// maxIssued is how many credentials of one peer can be fresh at a time.
	maxIssued = 64
	tagBytes  = 9
)

// Credentials are what a client authenticates with, in the form of the TURN REST
// API: `expiry:tag`, and the HMAC-SHA1 of that. The tag stands for the peer, whose
// name is nothing for those on the way.
type Credentials struct {
	Username, Password string
}

// peer is somebody in a call.
type peer struct {
	name, tag string
	// secret is the peer's own: with it ends all that was ever issued.
	secret [20]byte
	// The Server's mu protects the rest.
	issued  map[string]time.Time // until when an expiry lets a new allocation in, by our own clock
	clients map[*client]struct{}
}

// Issue gives a peer new credentials. From the first on, the peer counts as in the
// call, until Revoke.
func (s *Server) Issue(name string) (Credentials, error) {
	now := s.config.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Credentials{}, ErrClosed
	}
	p := s.peers[name]
	if p == nil {
		if len(s.peers) >= s.config.Limits.Peers {
			return Credentials{}, fmt.Errorf("%w peers", ErrTooMany)
		}
		p = newPeer(name)
		s.peers[name], s.byTag[p.tag] = p, p
	}
	maps.DeleteFunc(p.issued, func(_ string, until time.Time) bool { return !now.Before(until) })
	if len(p.issued) >= maxIssued {
		return Credentials{}, fmt.Errorf("%w credentials", ErrTooMany)
	}
	until := now.Add(s.config.Times.Credential)
	expiry := strconv.FormatInt(until.Unix(), 10)
	p.issued[expiry] = until
	username := expiry + ":" + p.tag
	return Credentials{Username: username, Password: p.password(username)}, nil
}

// Revoke ends what a peer has: credentials and allocations, all at once. A peer
// that nobody knows is no error.
func (s *Server) Revoke(name string) {
	s.mu.Lock()
	p := s.peers[name]
	var clients []*client
	if p != nil {
		delete(s.peers, name)
		delete(s.byTag, p.tag)
		for c := range p.clients {
			clients = append(clients, c)
		}
	}
	s.mu.Unlock()
	for _, c := range clients {
		c.end()
	}
}

func newPeer(name string) *peer {
	p := &peer{name: name, issued: map[string]time.Time{}, clients: map[*client]struct{}{}}
	var tag [tagBytes]byte
	_, _ = rand.Read(p.secret[:]) // it never fails
	_, _ = rand.Read(tag[:])
	p.tag = base64.RawURLEncoding.EncodeToString(tag[:])
	return p
}

func (p *peer) password(username string) string {
	mac := hmac.New(sha1.New, p.secret[:])
	_, _ = mac.Write([]byte(username)) // it never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// keyOf is what signs messages (RFC 8489 section 9.2.2).
func (p *peer) keyOf(username string) []byte {
	key := md5.Sum([]byte(username + ":" + realm + ":" + p.password(username)))
	return key[:]
}

// find is whose a username is, whether or not it is fresh, and the key that it
// signs with. Nobody is found by what nobody issued, as the key is then unknown.
func (s *Server) find(username string) (p *peer, key []byte) {
	expiry, tag, _ := strings.Cut(username, ":")
	if expiry == "" || strings.Trim(expiry, "0123456789") != "" {
		return nil, nil
	}
	s.mu.Lock()
	p = s.byTag[tag]
	s.mu.Unlock()
	if p == nil {
		return nil, nil
	}
	return p, p.keyOf(username)
}

// isFreshLocked is whether a username lets a new allocation in.
func (p *peer) isFreshLocked(now time.Time, username string) bool {
	expiry, _, _ := strings.Cut(username, ":")
	until, known := p.issued[expiry]
	return known && now.Before(until)
}
