package config

import (
	"errors"
	"fmt"
)

// What can be wrong with a value. Each text finishes the sentence
// "the setting … is not …" and stands alone after "FILE:LINE: KEY: ".
var (
	ErrListen   = errors.New(`not an address with a port, such as ":8443" or "192.168.1.5:8443"`)
	ErrIP       = errors.New(`not an IP address, such as "192.168.1.5"`)
	ErrPrefix   = errors.New(`not an IP address or network, such as "127.0.0.1" or "10.0.0.0/8"`)
	ErrTLS      = errors.New(`not "off", "self-signed", "acme" or "CERTIFICATE-FILE,KEY-FILE"`)
	ErrURL      = errors.New(`not a web address, such as "https://home.example" or "https://home.example/calls"`)
	ErrOrigin   = errors.New(`not an origin, such as "https://takos.example"`)
	ErrLanguage = errors.New(`not "auto", "en" or "ja"`)
	ErrDuration = errors.New(`not a time between "1s" and "720h", such as "90s" or "24h"`)
	ErrUses     = errors.New(`not a number from 1 to 1000`)
	ErrPlaces   = errors.New(`not a number from 1 to 10000`)
	ErrDomain   = errors.New(`not a domain, such as "a.example"`)
	ErrName     = errors.New(`not a name of 3 to 20 letters, digits and "_"`)
	ErrPeer     = errors.New(`not a server with its address, such as "b.example=192.168.1.5:8443"`)
	ErrNoAPIKey = errors.New(`not set, which "listen" needs`)
	// ErrShortAPIKey means a key for an address that others reach.
	ErrShortAPIKey = errors.New(`not a key of at least 16 characters, which an address that others reach needs`)
	ErrRelay       = errors.New(`not "off" or an address with a port, such as ":3478"`)
	ErrStunServer  = errors.New(`not a server, such as "stun.example:3478"`)
	ErrPlainEcho   = errors.New(`not an address with "https://", and anybody on the way could answer for another`)
	ErrLogFile     = errors.New(`not "auto", "off" or the path of a file`)
	ErrLogLevel    = errors.New(`not "debug", "info", "warn" or "error"`)
	ErrLogFiles    = errors.New(`not a number from 1 to 100`)
	// What the sections acme and dyndns can have wrong.
	ErrEmail          = errors.New(`not an address for mail, such as "me@home.example"`)
	ErrChallenge      = errors.New(`not "tls-alpn-01", "http-01" or "dns-01"`)
	ErrDNSProvider    = errors.New(`not "cloudflare", "desec", "digitalocean", "duckdns", "gandi", "rfc2136" or "hook"`)
	ErrDNSToken       = errors.New(`not complete: the provider needs { token = "…" }`)
	ErrDNSServer      = errors.New(`not complete: rfc2136 needs { server = "…", key_name = "…", key = "…" }`)
	ErrHook           = errors.New(`not a program with its arguments, such as ["/home/me/dns-hook"]`)
	ErrNeedsProvider  = errors.New(`not possible: "dns-01" needs "dns_provider"`)
	ErrNeedsListen    = errors.New(`not possible: "http-01" needs "http_listen", such as ":80"`)
	ErrUpdateProvider = errors.New(`not "dyndns2", "duckdns", "cloudflare" or "hook"`)
	ErrNoUpdateURL    = errors.New(`not set, which "dyndns2" needs: the address to tell, such as "https://dynupdate.no-ip.com/nic/update"`)
	ErrNoHostname     = errors.New(`not set: the name that shall lead here, such as "home.example"`)
	ErrNoPassword     = errors.New(`not set, which the provider needs: your password there, or the token`)
	// What the files and programs that settings name can have wrong.
	ErrNoProgram      = errors.New(`not a program that can be started`)
	ErrNoCertificates = errors.New(`not a file of certificates in PEM`)
	ErrEmptyPath      = errors.New(`not the path of a folder`)
	ErrUnknownKey     = errors.New(`not a setting of this version`)
	// ErrEdit means a file that a person has to change by hand.
	ErrEdit = errors.New(`not spelt in a way that this program could change`)
)

// FileError says where in the settings file something is wrong.
type FileError struct {
	Path string
	Line int    // 0 where the whole file cannot be read
	Key  string // empty where the text is not TOML
	Err  error
}

// Error names file, line and key before the reason.
func (e *FileError) Error() string {
	place := e.Path
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, e.Line)
	}
	if e.Key != "" {
		place += ": " + e.Key
	}
	return place + ": " + e.Err.Error()
}

// Unwrap gives the reason.
func (e *FileError) Unwrap() error { return e.Err }
