package echo

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"sync"
)

// maxProofs is how often a nonce is answered for one token. Two families of addresses
// and some partners need each once; strangers shall not use them up.
const maxProofs = 256

// Prover answers nonces while a question is out.
type Prover struct {
	mu    sync.Mutex
	token string // mu protects it; empty: no question is out
	left  int    // mu protects it
}

// Begin gives a new token to ask with, which is answered for until end. A second
// one ends the first.
func (p *Prover) Begin() (token string, end func()) {
	token = random(tokenBytes)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token, p.left = token, maxProofs
	return token, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.token == token {
			p.token = ""
		}
	}
}

func random(size int) string {
	b := make([]byte, size)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// serve answers GET Path/{nonce}.
func (p *Prover) serve(w http.ResponseWriter, r *http.Request) {
	nonce := r.PathValue("nonce")
	token, ok := p.take()
	if !ok || !isNonce(nonce) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(proof(token, nonce)))
}

func (p *Prover) take() (token string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token == "" || p.left == 0 {
		return "", false
	}
	p.left--
	return p.token, true
}
