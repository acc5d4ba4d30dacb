package participant

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"
)

// section is one m-section of a remote description (RFC 8829 section 5.2). It
// stays for the life of its transport; a stream that ended leaves it to the next
// of the same codec, so that descriptions do not grow.
type section struct {
	mid       string // ours alone: the host has MIDs of its own
	codec     *codec
	direction string // of the host
	// ssrc and rtxSsrc are what the host sends, 0 for what it receives.
	ssrc, rtxSsrc uint32
}

// The directions of a section.
const (
	sendOnly = "sendonly"
	recvOnly = "recvonly"
	inactive = "inactive"
)

// parkedSsrc, and what follows it, stand in sections of the host's that wait for
// a stream. Such a section stays sendonly: of one that is inactive, pion closes
// the receiver with every description, for good. And it names an SSRC, because
// pion takes one that names none for the place of any stream nobody announced.
const parkedSsrc = 0xFFFF0000

func (s *section) isParked() bool { return s.ssrc >= parkedSsrc }

// remote is a host's end of a transport, checked.
type remote struct {
	ufrag, password string
	fingerprint     dtlsFingerprint
	candidates      []candidate
	iceServers      []webrtc.ICEServer
	relayOnly       bool
}

type candidate struct {
	addr     netip.AddrPort
	tcp      bool
	kind     string
	priority uint32
}

// newRemote checks what the host says of a transport.
func newRemote(p transportParameters, more []netip.AddrPort) (remote, error) {
	r, err := newPath(p, more)
	if err != nil {
		return remote{}, err
	}
	r.relayOnly = p.TransportRelay == "relay"
	var ok bool
	if r.fingerprint, ok = bestFingerprint(p.Dtls.value.Fingerprints); !ok {
		return remote{}, fmt.Errorf("%w: dtlsParameters", errMessage)
	}
	return r, nil
}

// newPath checks what of it a restart of ICE changes.
func newPath(p transportParameters, more []netip.AddrPort) (remote, error) {
	ice := p.Ice.value
	if !isIceText(ice.UsernameFragment, 4) || !isIceText(ice.Password, 22) {
		return remote{}, fmt.Errorf("%w: iceParameters", errMessage)
	}
	r := remote{ufrag: ice.UsernameFragment, password: ice.Password}
	for _, c := range p.Candidates.value[:min(len(p.Candidates.value), maxCandidates)] {
		if one, ok := newCandidate(c); ok {
			r.candidates = append(r.candidates, one)
		}
	}
	for _, addr := range more {
		if !slices.ContainsFunc(r.candidates, func(c candidate) bool { return c.addr == addr && !c.tcp }) {
			r.candidates = append(r.candidates, candidate{addr: addr, kind: "host", priority: 1 << 24})
		}
	}
	if len(r.candidates) == 0 {
		return remote{}, fmt.Errorf("%w: iceCandidates", errMessage)
	}
	r.iceServers = goodIceServers(p.IceServers.value)
	return r, nil
}

// isIceText checks an ice-char sequence (RFC 8839 section 5.4), with the few
// characters more that servers were seen to use.
func isIceText(s string, atLeast int) bool {
	if len(s) < atLeast || len(s) > 256 {
		return false
	}
	for _, r := range s {
		if !isAlphanumeric(r) && !strings.ContainsRune("+/-_=", r) {
			return false
		}
	}
	return true
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// bestFingerprint prefers what every DTLS library knows.
func bestFingerprint(list []dtlsFingerprint) (dtlsFingerprint, bool) {
	list = list[:min(len(list), maxFingerprints)]
	for _, algorithm := range []struct {
		name  string
		bytes int
	}{{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}} {
		for _, f := range list {
			raw, err := hex.DecodeString(strings.ReplaceAll(f.Value, ":", ""))
			if strings.EqualFold(f.Algorithm, algorithm.name) && err == nil && len(raw) == algorithm.bytes {
				return dtlsFingerprint{Algorithm: algorithm.name, Value: colons(raw)}, true
			}
		}
	}
	return dtlsFingerprint{}, false
}

// colons writes bytes as fingerprints are written (RFC 8122 section 5).
func colons(raw []byte) string {
	parts := make([]string, 0, len(raw))
	for _, b := range raw {
		parts = append(parts, fmt.Sprintf("%02X", b))
	}
	return strings.Join(parts, ":")
}

func newCandidate(c iceCandidate) (candidate, bool) {
	text := c.Address
	if text == "" {
		text = c.IP
	}
	addr, err := netip.ParseAddr(text) // names are not looked up for a stranger
	if err != nil || addr.IsUnspecified() || addr.IsMulticast() || !(c.Port >= 1 && c.Port <= 65535) {
		return candidate{}, false
	}
	one := candidate{addr: netip.AddrPortFrom(addr.WithZone("").Unmap(), uint16(c.Port)), kind: "host", priority: 1 << 24}
	switch strings.ToLower(c.Protocol) {
	case "udp":
	case "tcp":
		if c.TCPType != "" && c.TCPType != "passive" {
			return candidate{}, false
		}
		one.tcp = true
	default:
		return candidate{}, false
	}
	if c.Type == "srflx" || c.Type == "relay" || c.Type == "prflx" {
		one.kind = c.Type
	}
	if c.Priority >= 1 && c.Priority < 1<<31 {
		one.priority = uint32(c.Priority)
	}
	return one, true
}

// goodIceServers keeps STUN and TURN servers that pion understands.
func goodIceServers(list []iceServer) []webrtc.ICEServer {
	var good []webrtc.ICEServer
	for _, s := range list[:min(len(list), maxIceServers)] {
		urls := s.URLs
		if s.URL != "" {
			urls = append(urls, s.URL)
		}
		for _, u := range urls[:min(len(urls), maxIceServers)] {
			one := webrtc.ICEServer{URLs: []string{u}, Username: s.Username, Credential: s.Credential}
			if isIceServer(one) && len(good) < maxIceServers {
				good = append(good, one)
			}
		}
	}
	return good
}

func isIceServer(s webrtc.ICEServer) bool {
	for _, scheme := range []string{"turn:", "turns:", "stun:", "stuns:"} {
		if strings.HasPrefix(s.URLs[0], scheme) && len(s.URLs[0]) <= maxIDBytes {
			isTurn := strings.HasPrefix(scheme, "turn")
			return !isTurn || (s.Username != "" && s.Credential != "")
		}
	}
	return false
}

// hasLoopback says whether the host is, or claims to be, on this computer.
func (r remote) hasLoopback() bool {
	return slices.ContainsFunc(r.candidates, func(c candidate) bool { return c.addr.Addr().IsLoopback() })
}

func (r remote) hasTCP() bool {
	return slices.ContainsFunc(r.candidates, func(c candidate) bool { return c.tcp })
}

// describe makes the host's session description (RFC 8866). A mediasoup server
// has none, so mediasoup-client makes one too. setup is passive in an answer and
// actpass in an offer.
func (r remote) describe(version int, setup string, ids extensionIDs, sections []*section) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("v=0")
	line("o=takoshome %d %d IN IP4 0.0.0.0", 1, version)
	line("s=-")
	line("t=0 0")
	line("a=ice-lite")
	line("a=fingerprint:%s %s", r.fingerprint.Algorithm, r.fingerprint.Value)
	line("a=msid-semantic: WMS *")
	mids := make([]string, 0, len(sections))
	for _, s := range sections {
		mids = append(mids, s.mid)
	}
	line("a=group:BUNDLE %s", strings.Join(mids, " "))
	for i, s := range sections {
		s.describe(line, setup, ids)
		if i == 0 {
			r.describeCandidates(line)
		}
		line("a=ice-ufrag:%s", r.ufrag)
		line("a=ice-pwd:%s", r.password)
	}
	return b.String()
}

func (r remote) describeCandidates(line func(string, ...any)) {
	for i, c := range r.candidates {
		if c.tcp {
			line("a=candidate:%d 1 tcp %d %s %d typ %s tcptype passive", i+1, c.priority, c.addr.Addr(), c.addr.Port(), c.kind)
			continue
		}
		line("a=candidate:%d 1 udp %d %s %d typ %s", i+1, c.priority, c.addr.Addr(), c.addr.Port(), c.kind)
	}
	line("a=end-of-candidates")
}

func (s *section) describe(line func(string, ...any), setup string, ids extensionIDs) {
	c := s.codec.rtcCodec()
	formats := fmt.Sprint(c.PayloadType)
	if s.codec.rtx != nil {
		formats += fmt.Sprint(" ", s.codec.rtx.PreferredPayloadType)
	}
	line("m=%s 7 UDP/TLS/RTP/SAVPF %s", s.codec.kind(), formats)
	line("c=IN IP4 127.0.0.1")
	line("a=mid:%s", s.mid)
	line("a=%s", s.direction)
	line("a=rtcp-mux")
	line("a=rtcp-rsize")
	line("a=setup:%s", setup)
	if ids.transportCC != 0 {
		line("a=extmap:%d %s", ids.transportCC, uriTransportCC)
	}
	s.describeCodec(line, c)
	if s.codec.rtx != nil {
		rtx := s.codec.rtcRtx()
		line("a=rtpmap:%d rtx/%d", rtx.PayloadType, rtx.ClockRate)
		line("a=fmtp:%d %s", rtx.PayloadType, rtx.SDPFmtpLine)
	}
	s.describeStreams(line)
}

func (s *section) describeCodec(line func(string, ...any), c webrtc.RTPCodecParameters) {
	_, name, _ := strings.Cut(c.MimeType, "/")
	if c.Channels > 1 {
		name = fmt.Sprintf("%s/%d/%d", name, c.ClockRate, c.Channels)
	} else {
		name = fmt.Sprintf("%s/%d", name, c.ClockRate)
	}
	line("a=rtpmap:%d %s", c.PayloadType, name)
	if c.SDPFmtpLine != "" {
		line("a=fmtp:%d %s", c.PayloadType, c.SDPFmtpLine)
	}
	for _, f := range c.RTCPFeedback {
		line("a=rtcp-fb:%d %s", c.PayloadType, strings.TrimSpace(f.Type+" "+f.Parameter))
	}
}

func (s *section) describeStreams(line func(string, ...any)) {
	if s.direction != sendOnly {
		return
	}
	line("a=msid:m%s t%s", s.mid, s.mid)
	if s.rtxSsrc != 0 {
		line("a=ssrc-group:FID %d %d", s.ssrc, s.rtxSsrc)
		line("a=ssrc:%d cname:m%s", s.rtxSsrc, s.mid)
	}
	line("a=ssrc:%d cname:m%s", s.ssrc, s.mid)
}

// uriTransportCC is the extension whose numbers transport-cc feedback is about.
const uriTransportCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

// nudges are when pion is told to look at its connectivity checks again while
// they are young: it would do so every 200 ms alone, which is most of the time
// that joining a call takes.
var nudges = [...]time.Duration{8 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond, 120 * time.Millisecond}
