package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"takoshome/app/identity"
)

// off is how a listener is turned off.
const off = "off"

// stunPort is where STUN servers are (RFC 8489 section 18.6).
const stunPort = "3478"

// RelayListen is a Listen that can be off, which is its zero value.
type RelayListen struct{ netip.AddrPort }

// UnmarshalText reads what Listen reads, or "off".
func (l *RelayListen) UnmarshalText(text []byte) error {
	if string(text) == off {
		*l = RelayListen{}
		return nil
	}
	var read Listen
	if err := read.UnmarshalText(text); err != nil {
		return ErrRelay
	}
	*l = RelayListen(read)
	return nil
}

// StunServer is a host with a port.
type StunServer string

// UnmarshalText reads "HOST:PORT"; without a port it is STUN's own.
func (s *StunServer) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	if err != nil {
		host, port = strings.Trim(string(text), "[]"), stunPort
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 || !isServer(host) {
		return ErrStunServer
	}
	*s = StunServer(net.JoinHostPort(strings.ToLower(host), strconv.FormatUint(number, 10)))
	return nil
}

// setEcho takes a host that somebody vouches for: what it says decides where friends
// are sent, and anybody on the way may answer for one that is asked in plain text.
func setEcho(from *string, to *URL) error {
	var read URL
	if err := setText(from, &read); err != nil {
		return err
	}
	switch {
	case from == nil:
		return nil
	case strings.HasPrefix(string(read), "http://"):
		return ErrPlainEcho
	}
	*to = read
	return nil
}

// isServer is whether host is a name, or an address to send to.
func isServer(host string) bool {
	var addr Addr
	if _, err := netip.ParseAddr(host); err == nil {
		return addr.UnmarshalText([]byte(host)) == nil
	}
	_, err := identity.ParseDomain(host)
	return err == nil
}
