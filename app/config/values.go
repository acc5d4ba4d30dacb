package config

import (
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	maxDuration = 720 * time.Hour
	maxUses     = 1000
	maxPlaces   = 10_000
)

// Listen is an address to listen on. Without an IP address before the port it
// means every address of the machine.
type Listen struct{ netip.AddrPort }

// UnmarshalText reads "ADDR:PORT", ":PORT" or "localhost:PORT".
func (l *Listen) UnmarshalText(text []byte) error {
	s := string(text)
	host, port, ok := cutLast(s, ":")
	if !ok {
		return ErrListen
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ErrListen
	}
	switch host {
	case "":
		l.AddrPort = netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(number))
		return nil
	case "localhost":
		l.AddrPort = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(number))
		return nil
	}
	parsed, err := netip.ParseAddrPort(s)
	if err != nil {
		return ErrListen
	}
	l.AddrPort = netip.AddrPortFrom(parsed.Addr().Unmap(), parsed.Port())
	return nil
}

// Addr is one IP address.
type Addr struct{ netip.Addr }

// UnmarshalText reads an address that a friend's packets can be sent to.
func (a *Addr) UnmarshalText(text []byte) error {
	parsed, err := netip.ParseAddr(string(text))
	if err != nil || parsed.Zone() != "" || parsed.IsUnspecified() || parsed.IsMulticast() {
		return ErrIP
	}
	a.Addr = parsed.Unmap()
	return nil
}

// Prefix is a network, or one address.
type Prefix struct{ netip.Prefix }

// UnmarshalText reads "10.0.0.0/8" or "127.0.0.1".
func (p *Prefix) UnmarshalText(text []byte) error {
	s := string(text)
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		p.Prefix = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
		return nil
	}
	parsed, err := netip.ParsePrefix(s)
	if err != nil {
		return ErrPrefix
	}
	p.Prefix = parsed.Masked()
	return nil
}

// TLSMode says where the web server's certificate comes from.
type TLSMode string

// The modes of TLS.
const (
	TLSOff        TLSMode = "off"
	TLSSelfSigned TLSMode = "self-signed"
	TLSFiles      TLSMode = "files"
	TLSAcme       TLSMode = "acme" // from an authority
)

// TLS is a mode and, for TLSFiles, the two PEM files.
type TLS struct {
	Mode      TLSMode
	Cert, Key string
}

// UnmarshalText reads "off", "self-signed", "acme" or "CERT,KEY".
func (t *TLS) UnmarshalText(text []byte) error {
	s := string(text)
	switch mode := TLSMode(s); mode {
	case TLSOff, TLSSelfSigned, TLSAcme:
		*t = TLS{Mode: mode}
		return nil
	}
	cert, key, ok := strings.Cut(s, ",")
	cert, key = strings.TrimSpace(cert), strings.TrimSpace(key)
	if !ok || cert == "" || key == "" || strings.Contains(key, ",") {
		return ErrTLS
	}
	*t = TLS{Mode: TLSFiles, Cert: filepath.Clean(cert), Key: filepath.Clean(key)}
	return nil
}

// URL is the base of everything friends open, "" when it follows from the
// listening address.
type URL string

// UnmarshalText reads a base URL with scheme, host and perhaps port and path.
func (u *URL) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*u = ""
		return nil
	}
	site, folder := splitPath(string(text))
	base, ok := baseURL(site)
	if !ok || !isFolder(folder) || (base.Scheme != "http" && base.Scheme != "https") {
		return ErrURL
	}
	*u = URL(base.Scheme + "://" + base.Host + folder)
	return nil
}

// splitPath parts a URL before its path, which ends without a slash.
func splitPath(s string) (site, folder string) {
	_, behind, found := strings.Cut(s, "://")
	i := strings.Index(behind, "/")
	if !found || i < 0 {
		return s, ""
	}
	i += len(s) - len(behind)
	return s[:i], strings.TrimSuffix(s[i:], "/")
}

// isFolder takes paths that need no escaping, so that they are written in one way.
func isFolder(path string) bool {
	if path == "" {
		return true
	}
	for part := range strings.SplitSeq(path[1:], "/") {
		if part == "" || part == "." || part == ".." || strings.Trim(part, folderLetters) != "" {
			return false
		}
	}
	return true
}

const folderLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

// Host is the name or address in the URL, without a port; empty for no URL.
func (u URL) Host() string {
	parsed, err := url.Parse(string(u))
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}

// Site is the URL without its path, as browsers name the origin of a page there.
func (u URL) Site() string {
	site, _ := splitPath(string(u))
	return site
}

// Path is what follows the site, such as "/calls"; "" for nothing.
func (u URL) Path() string {
	_, folder := splitPath(string(u))
	return folder
}

// Origin is a web site as browsers name it in the Origin header.
type Origin string

// UnmarshalText reads an origin; apps have schemes of their own, such as tauri.
func (o *Origin) UnmarshalText(text []byte) error {
	base, ok := baseURL(string(text))
	if !ok {
		return ErrOrigin
	}
	*o = Origin(base.Scheme + "://" + base.Host)
	return nil
}

// Language is the one of the texts for people.
type Language string

// The languages; LanguageAuto follows the system.
const (
	LanguageAuto     Language = "auto"
	LanguageEnglish  Language = "en"
	LanguageJapanese Language = "ja"
)

// UnmarshalText reads one of the languages.
func (l *Language) UnmarshalText(text []byte) error {
	switch read := Language(text); read {
	case LanguageAuto, LanguageEnglish, LanguageJapanese:
		*l = read
		return nil
	}
	return ErrLanguage
}

// Duration is a life time of something.
type Duration time.Duration

// UnmarshalText reads "90s", "1m" or "24h".
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil || parsed < time.Second || parsed > maxDuration {
		return ErrDuration
	}
	*d = Duration(parsed)
	return nil
}

// Uses is how many guests a room link lets in.
type Uses int

// UnmarshalText reads a number from 1 to 1000.
func (u *Uses) UnmarshalText(text []byte) error {
	parsed, err := strconv.Atoi(string(text))
	if err != nil || parsed < 1 || parsed > maxUses {
		return ErrUses
	}
	*u = Uses(parsed)
	return nil
}

// baseURL takes a URL that says nothing but scheme, host and port.
func baseURL(s string) (*url.URL, bool) {
	parsed, err := url.Parse(strings.TrimSuffix(s, "/"))
	if err != nil || parsed.Scheme == "" || !isHost(parsed.Host) {
		return nil, false
	}
	parsed.Host = strings.ToLower(parsed.Host)
	bare := url.URL{Scheme: parsed.Scheme, Host: parsed.Host}
	return parsed, strings.EqualFold(bare.String(), strings.TrimSuffix(s, "/"))
}

// isHost keeps out what has no place in a host, such as "*" and spaces.
func isHost(host string) bool {
	if host == "" || strings.HasPrefix(host, ":") || strings.HasSuffix(host, ":") {
		return false
	}
	for _, c := range host {
		isWord := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !isWord && !strings.ContainsRune("-._:[]", c) {
			return false
		}
	}
	return true
}

func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}
