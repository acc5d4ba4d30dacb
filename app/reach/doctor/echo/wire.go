package echo

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	// Path is where the echo is on every host.
	Path       = "/_takos/home/echo"
	uploadPath = Path + "/upload"

	version    = 1
	tokenBytes = 32
	nonceBytes = 16

	// MaxPorts is how many ports one question may be about.
	MaxPorts = 4

	maxQuestionBytes = 2 << 10
	maxAnswerBytes   = 8 << 10
	maxNameBytes     = 253 // RFC 1035 section 2.3.4
	maxFolderBytes   = 64

	// tryTime is how long a question takes at most, and exactly where a port is silent.
	tryTime = 5 * time.Second
)

// Kind is what listens on a port.
type Kind string

// The kinds.
const (
	Web Kind = "web" // HTTP or HTTPS
	UDP Kind = "udp" // media over UDP
	TCP Kind = "tcp" // media over TCP (RFC 6544)
)

// Port is one port to be tried.
type Port struct {
	Kind Kind   `json:"kind"`
	Port uint16 `json:"port"`
	// TLS, Name and Folder are of Web: Name is put into Host and SNI, and may be
	// empty, as may Folder, below which the host is, such as "/calls".
	TLS    bool   `json:"tls,omitempty"`
	Name   string `json:"name,omitempty"`
	Folder string `json:"folder,omitempty"`
}

// ICE are the credentials of the transport that answers checks (RFC 8445 section 5.3).
type ICE struct {
	Ufrag string `json:"ufrag"`
	Pwd   string `json:"pwd"`
}

// Question is what an asker sends.
type Question struct {
	Version int    `json:"v"`
	Token   string `json:"token"`
	Ports   []Port `json:"ports"`
	ICE     *ICE   `json:"ice,omitempty"`
}

// State is what became of a port.
type State string

// The states. What is not Open may be shut, or somebody else's.
const (
	Open   State = "open"
	Silent State = "silent"
)

// Result is what became of one port.
type Result struct {
	Kind  Kind   `json:"kind"`
	Port  uint16 `json:"port"`
	State State  `json:"state"`
}

// Answer is what an answerer found.
type Answer struct {
	Version int `json:"v"`
	// Address is where the question came from.
	Address netip.Addr `json:"address"`
	// Time is the answerer's, when it answered.
	Time    time.Time `json:"time"`
	Results []Result  `json:"results"`
	// Ticket lets the asker send an upload; empty: none is taken.
	Ticket string `json:"ticket,omitempty"`
}

// Uploaded is how fast an upload came.
type Uploaded struct {
	Bytes int64 `json:"bytes"`
	Ms    int64 `json:"ms"`
}

// readQuestion takes a question apart; whatever it says is bounded.
func readQuestion(text []byte) (Question, error) {
	var q Question
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&q); err != nil {
		return q, ErrBadRequest
	}
	if q.Version != version || !isToken(q.Token) || len(q.Ports) == 0 || len(q.Ports) > MaxPorts {
		return q, ErrBadRequest
	}
	for i, p := range q.Ports {
		same := func(o Port) bool { return o.Kind == p.Kind && o.Port == p.Port }
		if !p.isValid() || slices.ContainsFunc(q.Ports[:i], same) {
			return q, ErrBadRequest
		}
		if p.Kind != Web && !q.ICE.isValid() {
			return q, ErrBadRequest
		}
	}
	return q, nil
}

func (p Port) isValid() bool {
	switch p.Kind {
	case Web:
		return p.Port != 0 && (p.Name == "" || isName(p.Name)) && (p.Folder == "" || isFolder(p.Folder))
	case UDP, TCP:
		return p.Port != 0 && !p.TLS && p.Name == "" && p.Folder == ""
	}
	return false
}

// isValid holds them to the characters and lengths of RFC 8839 section 5.4.
func (i *ICE) isValid() bool {
	return i != nil && isICE(i.Ufrag, 4, 32) && isICE(i.Pwd, 22, 64)
}

func isICE(s string, minimum, maximum int) bool {
	if len(s) < minimum || len(s) > maximum {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == ""
}

// isName takes host names alone: what stands in Host can say nothing else.
func isName(s string) bool {
	if len(s) > maxNameBytes {
		return false
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			return false
		}
	}
	return true
}

// isFolder takes plain words behind slashes.
func isFolder(s string) bool {
	if len(s) > maxFolderBytes || s[0] != '/' {
		return false
	}
	for word := range strings.SplitSeq(s[1:], "/") {
		if word == "" || strings.Trim(word, ".") == "" ||
			strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~") != "" {
			return false
		}
	}
	return true
}

func isToken(s string) bool { return isCoded(s, tokenBytes) }

func isNonce(s string) bool { return isCoded(s, nonceBytes) }

func isCoded(s string, size int) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == size
}

// proof is what only who knows the token can answer to a nonce.
func proof(token, nonce string) string {
	key, _ := base64.RawURLEncoding.DecodeString(token) // checked before
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte("web:" + nonce)) // it never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
