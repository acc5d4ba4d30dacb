package app

import (
	"crypto/sha256"
	"encoding/base64"
	"net/netip"

	"takoshome/app/participant"
)

// fingerprint is what links say of the certificate that the host made itself
// (docs/protocol.md section 1.3); empty where somebody else vouches for it, or
// where a proxy shows one of its own.
func (h *host) fingerprint() string {
	settings := h.config.settings
	if !h.certificates.isOwn(settings.TLS.Mode) || len(settings.TrustedProxies) > 0 {
		return ""
	}
	sum, ok := h.certificateHash()
	if !ok {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// certificateHash is the SHA-256 of the certificate in its DER form.
func (h *host) certificateHash() (sum [sha256.Size]byte, ok bool) {
	if h.tls == nil {
		return sum, false
	}
	c, err := h.tls.GetCertificate(nil)
	if err != nil || len(c.Certificate) == 0 {
		return sum, false
	}
	return sha256.Sum256(c.Certificate[0]), true
}

// near turns a link to this host into one that does not leave this computer.
func (h *host) near(link participant.Link) participant.Link {
	link.Base = "http://"
	if sum, ok := h.certificateHash(); ok {
		link.Base, link.Fingerprint = "https://", &sum
	}
	link.Base += nearAddr(h.webAddr).String()
	return link
}

// nearMedia is where media reaches this host without leaving this computer.
func (h *host) nearMedia() netip.AddrPort { return nearAddr(h.sfu.LocalAddr()) }

// nearAddr is the loopback address for a listener on every address.
func nearAddr(listener netip.AddrPort) netip.AddrPort {
	addr := listener.Addr().Unmap()
	switch {
	case addr == netip.IPv6Unspecified():
		addr = netip.IPv6Loopback()
	case addr.IsUnspecified():
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(addr, listener.Port())
}
