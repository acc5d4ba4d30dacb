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

// maxURLs is how many addresses one peer is told: a browser makes an allocation by
// each of them, for each of its networks.
const maxURLs = 5

// Announced are the addresses that clients are told.
func (s *Server) Announced() []Endpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.endpoints)
}

// ICEServers are the iceServers of a transport, with new credentials of a peer;
// none while nothing is announced. Near are addresses that this peer has come by:
// they are told first, and of the announced ones only those by another transport
// or port.
func (s *Server) ICEServers(peer string, near ...Endpoint) ([]ICEServer, error) {
	endpoints := slices.Clone(near)
	for _, e := range s.Announced() {
		if !slices.ContainsFunc(near, func(n Endpoint) bool { return n.Transport == e.Transport && n.Port == e.Port }) {
			endpoints = append(endpoints, e)
		}
	}
	var urls []string
	for _, e := range endpoints[:min(len(endpoints), maxURLs)] {
		urls = append(urls, e.URL())
	}
	if len(urls) == 0 {
		return nil, nil
	}
	c, err := s.Issue(peer)
	if err != nil {
		return nil, err
	}
	return []ICEServer{{URLs: urls, Username: c.Username, Credential: c.Password}}, nil
}
