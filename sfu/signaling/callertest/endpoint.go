package callertest

import (
	"net"
	"sync"
	"testing"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// Endpoint is the client's end of one WebRtcTransport: a PeerConnection whose
// remote descriptions are made of the transport's parameters.
type Endpoint struct {
	t        testing.TB
	remote   TransportParameters
	pc       *webrtc.PeerConnection
	sections []section
	states   chan webrtc.PeerConnectionState

	mu     sync.Mutex
	tracks map[uint32]chan *webrtc.TrackRemote // mu protects; by SSRC
}

// NewEndpoint prepares the client's end; nothing is sent yet.
func NewEndpoint(t testing.TB, remote TransportParameters) *Endpoint {
	t.Helper()
	return newEndpoint(t, remote, webrtc.NetworkTypeUDP4, webrtc.Configuration{})
}

func newEndpoint(t testing.TB, remote TransportParameters, network webrtc.NetworkType, c webrtc.Configuration) *Endpoint {
	t.Helper()
	pc, err := newAPI(t, network).NewPeerConnection(c)
	must(t, err)
	e := &Endpoint{
		t: t, remote: remote, pc: pc,
		states: make(chan webrtc.PeerConnectionState, 16), // more than a connection has
		tracks: map[uint32]chan *webrtc.TrackRemote{},
	}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) { e.states <- s })
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		e.track(uint32(track.SSRC())) <- track
	})
	t.Cleanup(e.Close)
	return e
}

// newAPI has no interceptors: the tests themselves say which RTCP is sent.
func newAPI(t testing.TB, network webrtc.NetworkType) *webrtc.API {
	t.Helper()
	var engine webrtc.MediaEngine
	must(t, engine.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: capabilityOf("video"), PayloadType: vp8PayloadType,
	}, webrtc.RTPCodecTypeVideo))
	must(t, engine.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: capabilityOf("audio"), PayloadType: opusPayloadType,
	}, webrtc.RTPCodecTypeAudio))
	// Packets that come before their description are no news.
	settings := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(net.IP.IsLoopback) // other interfaces come and go with other tests' networks
	settings.SetNetworkTypes([]webrtc.NetworkType{network})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	// pion would be the server where the other end is ICE-lite, although its own
	// answer says that it is the client.
	must(t, settings.SetAnsweringDTLSRole(webrtc.DTLSRoleClient))
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(&engine), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}),
	)
}

func capabilityOf(kind string) webrtc.RTPCodecCapability {
	if kind == "audio" {
		return webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	}
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}},
	}
}

// DtlsParameters are what the client announces of itself.
func (e *Endpoint) DtlsParameters() DtlsParameters {
	e.t.Helper()
	local, err := e.pc.SCTP().Transport().GetLocalParameters()
	must(e.t, err)
	p := DtlsParameters{Role: "client"}
	for _, f := range local.Fingerprints {
		p.Fingerprints = append(p.Fingerprints, Fingerprint{Algorithm: f.Algorithm, Value: f.Value})
	}
	return p
}

// prepare adds a stream to send; it begins with the next accept.
func (e *Endpoint) prepare(kind string) *Track {
	e.t.Helper()
	local, err := webrtc.NewTrackLocalStaticRTP(capabilityOf(kind), kind, "callertest")
	must(e.t, err)
	transceiver, err := e.pc.AddTransceiverFromTrack(local, webrtc.RTPTransceiverInit{
		Direction: webrtc.RTPTransceiverDirectionSendonly,
	})
	must(e.t, err)
	offer, err := e.pc.CreateOffer(nil)
	must(e.t, err)
	must(e.t, e.pc.SetLocalDescription(offer))
	return newTrack(e, kind, transceiver, local)
}

// accept answers for the server, which has agreed to the prepared stream.
func (e *Endpoint) accept(track *Track) {
	e.t.Helper()
	e.sections = append(e.sections, producerSection(track.Kind, track.Mid))
	e.acceptAll()
}

func (e *Endpoint) acceptAll() {
	e.t.Helper()
	must(e.t, e.pc.SetRemoteDescription(webrtc.SessionDescription{
		Type: webrtc.SDPTypeAnswer, SDP: describe(e.remote, "passive", e.sections),
	}))
}

// Offer begins to connect for a stream that no message has announced.
func (e *Endpoint) Offer(kind string) *Track {
	e.t.Helper()
	track := e.prepare(kind)
	e.accept(track)
	return track
}

// Receive offers, for the server, what it has agreed to send.
func (e *Endpoint) Receive(consumed Consumed) *RemoteTrack {
	e.t.Helper()
	e.sections = append(e.sections, consumerSection(consumed))
	e.answer()
	return &RemoteTrack{
		t: e.t, Consumed: consumed, endpoint: e,
		arrival: e.track(consumed.RtpParameters.Encodings[0].SSRC),
	}
}

// answer takes what the server offers.
func (e *Endpoint) answer() {
	e.t.Helper()
	must(e.t, e.pc.SetRemoteDescription(webrtc.SessionDescription{
		Type: webrtc.SDPTypeOffer, SDP: describe(e.remote, "actpass", e.sections),
	}))
	answer, err := e.pc.CreateAnswer(nil)
	must(e.t, err)
	must(e.t, e.pc.SetLocalDescription(answer))
}

// track is where the track of that SSRC is handed over.
func (e *Endpoint) track(ssrc uint32) chan *webrtc.TrackRemote {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tracks[ssrc] == nil {
		e.tracks[ssrc] = make(chan *webrtc.TrackRemote, 1)
	}
	return e.tracks[ssrc]
}

// AwaitState waits until the connection is in that state.
func (e *Endpoint) AwaitState(want webrtc.PeerConnectionState) {
	e.t.Helper()
	if e.pc.ConnectionState() == want {
		return
	}
	await(e.t, "connection to be "+want.String(), e.states, func(s webrtc.PeerConnectionState) bool { return s == want })
}

// SendRTCP sends a report of the test's own.
func (e *Endpoint) SendRTCP(packets ...rtcp.Packet) {
	e.t.Helper()
	must(e.t, e.pc.WriteRTCP(packets))
}

// Close ends the endpoint as transport.close() does in a browser: with
// close_notify.
func (e *Endpoint) Close() {
	// Closing twice, or before the start, is harmless.
	_ = e.pc.Close()
}

// RestartIce begins the checks anew (RFC 8839 section 4.4.1.1.1), of the send or
// receive transport, with what the server has answered.
func (c *Caller) RestartIce(direction string) {
	c.t.Helper()
	c.Send(map[string]any{"type": "restartIce", "transportType": direction})
	var answer struct {
		IceParameters IceParameters  `json:"iceParameters"`
		IceCandidates []IceCandidate `json:"iceCandidates"`
	}
	c.NextWhere("iceRestarted "+direction, func(m Message) bool {
		return m.Type() == "iceRestarted" && m.Text("transportType") == direction
	}).Decode(c.t, &answer)
	e := c.SendTransport
	if direction == "recv" {
		e = c.RecvTransport
	}
	e.remote.IceParameters, e.remote.IceCandidates = answer.IceParameters, answer.IceCandidates
	if direction == "recv" {
		e.answer()
		return
	}
	offer, err := e.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	must(e.t, err)
	must(e.t, e.pc.SetLocalDescription(offer))
	e.acceptAll()
}
