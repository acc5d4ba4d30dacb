package callertest

import (
	"fmt"
	"strings"
)

// section is one m-section of a remote description.
type section struct {
	mid, kind string
	direction string // of the server: "sendonly" or "recvonly"
	codecs    []sectionCodec
	ssrc      uint32 // of what the server sends, 0 for what it receives
	streamID  string
}

type sectionCodec struct {
	name        string // as "VP8/90000"
	payloadType uint8
	feedback    []string
}

// describe makes the server's session description (RFC 8866) of a transport's
// parameters, as mediasoup-client does: a mediasoup server has none.
func describe(p TransportParameters, setup string, sections []section) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("v=0")
	line("o=callertest 1 %d IN IP4 0.0.0.0", len(sections)+1)
	line("s=-")
	line("t=0 0")
	line("a=ice-lite")
	for _, f := range p.DtlsParameters.Fingerprints {
		line("a=fingerprint:%s %s", f.Algorithm, f.Value)
	}
	line("a=msid-semantic: WMS *")
	line("a=group:BUNDLE %s", strings.Join(mids(sections), " "))
	for _, s := range sections {
		describeSection(line, p, setup, s)
	}
	return b.String()
}

func describeSection(line func(string, ...any), p TransportParameters, setup string, s section) {
	line("m=%s 7 UDP/TLS/RTP/SAVPF %s", s.kind, strings.Join(payloadTypes(s.codecs), " "))
	line("c=IN IP4 127.0.0.1")
	line("a=mid:%s", s.mid)
	line("a=%s", s.direction)
	line("a=rtcp-mux")
	line("a=setup:%s", setup)
	line("a=ice-ufrag:%s", p.IceParameters.UsernameFragment)
	line("a=ice-pwd:%s", p.IceParameters.Password)
	for _, c := range p.IceCandidates {
		kind := c.Type
		if c.TcpType != "" {
			kind += " tcptype " + c.TcpType
		}
		line("a=candidate:%s 1 %s %d %s %d typ %s", c.Foundation, c.Protocol, c.Priority, c.Address, c.Port, kind)
	}
	line("a=end-of-candidates")
	for _, c := range s.codecs {
		line("a=rtpmap:%d %s", c.payloadType, c.name)
		for _, f := range c.feedback {
			line("a=rtcp-fb:%d %s", c.payloadType, f)
		}
	}
	if s.ssrc != 0 {
		line("a=msid:%s %s", s.streamID, s.mid)
		line("a=ssrc:%d cname:%s", s.ssrc, s.streamID)
		line("a=ssrc:%d msid:%s %s", s.ssrc, s.streamID, s.mid)
	}
}

func mids(sections []section) []string {
	var list []string
	for _, s := range sections {
		list = append(list, s.mid)
	}
	return list
}

func payloadTypes(codecs []sectionCodec) []string {
	var list []string
	for _, c := range codecs {
		list = append(list, fmt.Sprint(c.payloadType))
	}
	return list
}

// producerSection is the server's side of a stream that the client sends.
func producerSection(kind, mid string) section {
	codec := sectionCodec{name: "VP8/90000", payloadType: vp8PayloadType, feedback: []string{"nack", "nack pli", "ccm fir"}}
	if kind == "audio" {
		codec = sectionCodec{name: "opus/48000/2", payloadType: opusPayloadType}
	}
	return section{mid: mid, kind: kind, direction: "recvonly", codecs: []sectionCodec{codec}}
}

// consumerSection is the server's side of a stream that the client receives.
func consumerSection(c Consumed) section {
	s := section{
		mid: c.RtpParameters.Mid, kind: c.Kind, direction: "sendonly",
		ssrc: c.RtpParameters.Encodings[0].SSRC, streamID: "stream-" + c.ConsumerID,
	}
	first := c.RtpParameters.Codecs[0]
	_, name, _ := strings.Cut(first.MimeType, "/")
	name = fmt.Sprintf("%s/%d", name, first.ClockRate)
	if first.Channels > 1 {
		name += fmt.Sprintf("/%d", first.Channels)
	}
	s.codecs = []sectionCodec{{name: name, payloadType: first.PayloadType}}
	return s
}
