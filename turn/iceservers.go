package turn

import (
	"net"
	"slices"
	"strconv"
)

// Transport is how clients reach the server.
type Transport string

// What a client may use, best first.
const (
	UDP Transport = "udp"
	TCP Transport = "tcp"
	TLS Transport = "tls"
)

// Endpoint is an address that is told to clients.
type Endpoint struct {
	Transport Transport
	// Host is a name or an address. Over TLS it must be in the certificate, by an
	// authority that browsers trust.
	Host string
	Port uint16
}

// URL is the endpoint as RFC 7065 has it.
func (e Endpoint) URL() string {
	host := net.JoinHostPort(e.Host, strconv.Itoa(int(e.Port)))
	if e.Transport == TLS {
		return "turns:" + host + "?transport=tcp"
	}
	return "turn:" + host + "?transport=" + string(e.Transport)
}

// ICEServer is an RTCIceServer, as browsers and mediasoup-client take it.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// Announce replaces the addresses that clients are told from now on.
func (s *Server) Announce(endpoints []Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoints = slices.Clone(endpoints)
}

// ICEServers are the iceServers of a transport, with new credentials of a peer;
// none while nothing is announced.
func (s *Server) ICEServers(peer string) ([]ICEServer, error) {
	s.mu.Lock()
	urls := make([]string, 0, len(s.endpoints))
	for _, e := range s.endpoints {
		urls = append(urls, e.URL())
	}
	s.mu.Unlock()
	if len(urls) == 0 {
		return nil, nil
	}
	c, err := s.Issue(peer)
	if err != nil {
		return nil, err
	}
	return []ICEServer{{URLs: urls, Username: c.Username, Credential: c.Password}}, nil
}
