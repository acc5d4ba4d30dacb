package participant

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

const (
	callPath = "/_takos/v2/call"
	// ownScheme marks links that open in this app.
	ownScheme = "takoshome:"

	maxLinkBytes   = 4096
	maxSecretBytes = 1024
)

// Link is where a call is and what lets one in.
type Link struct {
	// Base is the host's http or https address, without a slash at its end.
	Base string
	// Token lets one person in; Code is that of a room link, which becomes a
	// token for a name. One of them is empty.
	Token, Code string
	// CallType is "audio" or "video" where the link says it.
	CallType string
	// Fingerprint is the SHA-256 of the only certificate that the host may show;
	// nil: one that the system trusts.
	Fingerprint *[sha256.Size]byte
	// Secure means that nobody on the way can read what is signaled. It is false
	// only for hosts on this computer or in a private network.
	Secure bool
	// Way is how the host is reached, where that is not left to the system.
	Way *Way
}

// ParseLink reads what people paste: https://…/j#t=…, https://…/j#i=…, either
// behind takoshome:, or the address of the call itself, wss://…?token=….
func ParseLink(text string) (Link, error) {
	text = strings.Trim(strings.TrimSpace(text), "<>\"'")
	if len(text) > maxLinkBytes {
		return Link{}, fmt.Errorf("%w: %d bytes", ErrBadLink, len(text))
	}
	u, err := url.Parse(withoutOwnScheme(text))
	if err != nil {
		return Link{}, fmt.Errorf("%w: unreadable", ErrBadLink) // the reason may tell secrets
	}
	var l Link
	switch u.Scheme {
	case "https", "http":
		l, err = parsePageLink(u)
	case "wss", "ws":
		l, err = parseSocketLink(u)
	default:
		err = fmt.Errorf("%w: scheme %.16q", ErrBadLink, u.Scheme)
	}
	if err == nil {
		err = l.setBase(u)
	}
	if err != nil {
		return Link{}, err
	}
	return l, nil
}

func withoutOwnScheme(text string) string {
	if len(text) < len(ownScheme) || !strings.EqualFold(text[:len(ownScheme)], ownScheme) {
		return text
	}
	inner := text[len(ownScheme):]
	// Some desktops encode what they hand to the program of a scheme.
	if decoded, err := url.PathUnescape(inner); err == nil && !strings.Contains(inner, "://") {
		return decoded
	}
	return inner
}

// parsePageLink reads the secrets in the fragment of the join page's address.
func parsePageLink(u *url.URL) (Link, error) {
	path, isPage := strings.CutSuffix(strings.TrimSuffix(u.Path, "/"), "/j")
	if !isPage {
		return Link{}, fmt.Errorf("%w: no join page", ErrBadLink)
	}
	values, err := url.ParseQuery(u.EscapedFragment())
	if err != nil {
		return Link{}, fmt.Errorf("%w: fragment", ErrBadLink)
	}
	u.Path = path
	l := Link{Token: values.Get("t"), Code: values.Get("i")}
	return l, l.read(values)
}

// parseSocketLink reads the address of a call's socket.
func parseSocketLink(u *url.URL) (Link, error) {
	path, isCall := strings.CutSuffix(u.Path, callPath)
	if !isCall {
		return Link{}, fmt.Errorf("%w: no call", ErrBadLink)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Link{}, fmt.Errorf("%w: query", ErrBadLink)
	}
	values, err := url.ParseQuery(u.EscapedFragment())
	if err != nil {
		return Link{}, fmt.Errorf("%w: fragment", ErrBadLink)
	}
	u.Path = path
	u.Scheme = "http" + strings.TrimPrefix(u.Scheme, "ws")
	l := Link{Token: query.Get("token")}
	return l, l.read(values)
}

// read checks the secret and takes what stands beside it.
func (l *Link) read(values url.Values) error {
	secret := l.Token + l.Code
	if secret == "" || len(secret) > maxSecretBytes || (l.Token != "" && l.Code != "") || !isPrintable(secret) {
		return fmt.Errorf("%w: no token or code", ErrBadLink)
	}
	switch callType := values.Get("c"); callType {
	case "audio", "video":
		l.CallType = callType
	}
	text := values.Get("f")
	if text == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil || len(raw) != sha256.Size {
		// To go on without it would trust whom the link does not.
		return fmt.Errorf("%w: fingerprint", ErrBadLink)
	}
	l.Fingerprint = (*[sha256.Size]byte)(raw)
	return nil
}

// setBase takes the host's address.
func (l *Link) setBase(u *url.URL) error {
	port := u.Port()
	switch {
	case u.User != nil || u.Hostname() == "" || !isHost(u.Hostname()):
		return fmt.Errorf("%w: host", ErrBadLink)
	case strings.HasSuffix(u.Host, ":"), port == "0", len(port) > 5, len(port) == 5 && port > "65535":
		return fmt.Errorf("%w: port", ErrBadLink)
	case u.Scheme == "http" && !isNear(u.Hostname()):
		return fmt.Errorf("%w: not encrypted", ErrBadLink)
	}
	l.Secure = u.Scheme == "https"
	base := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/")}
	l.Base = base.String()
	return nil
}

// Host is where the link leads, for people.
func (l Link) Host() string {
	u, err := url.Parse(l.Base)
	if err != nil {
		return ""
	}
	return u.Host
}

// NeedsName tells a room link, for which one chooses a name.
func (l Link) NeedsName() bool { return l.Code != "" }

// SocketURL is where the call is spoken.
func (l Link) SocketURL(query url.Values) string {
	return "ws" + strings.TrimPrefix(l.Base, "http") + callPath + "?" + query.Encode()
}

// isNear tells hosts to which an unencrypted way may lead: on this computer, in a
// private network (RFC 1918, 4193, 3927), or in one whose carrier is trusted to
// encrypt (RFC 6598, which VPNs use).
func isNear(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return isNearAddr(addr)
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local")
}

func isNearAddr(addr netip.Addr) bool {
	addr = addr.Unmap()
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || shared.Contains(addr)
}

// isHost keeps out what no host's name has.
func isHost(host string) bool {
	return len(host) <= 255 && isPrintable(host) && !strings.ContainsAny(host, " /\\@?#\"<>")
}

func isPrintable(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == 0x7F || r == '\uFFFD' {
			return false
		}
	}
	return true
}
