package callertest

import (
	"context"
	"strings"
	"testing"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// TransportParameters are init's description of one transport.
type TransportParameters struct {
	ID             string         `json:"id"`
	IceParameters  IceParameters  `json:"iceParameters"`
	IceCandidates  []IceCandidate `json:"iceCandidates"`
	DtlsParameters DtlsParameters `json:"dtlsParameters"`
	SctpParameters map[string]any `json:"sctpParameters"`
}

// IceParameters are the server's ICE credentials.
type IceParameters struct {
	UsernameFragment string `json:"usernameFragment"`
	Password         string `json:"password"`
	IceLite          bool   `json:"iceLite"`
}

// IceCandidate is an address of the server.
type IceCandidate struct {
	Foundation string `json:"foundation"`
	Priority   uint32 `json:"priority"`
	Address    string `json:"address"`
	IP         string `json:"ip"`
	Protocol   string `json:"protocol"`
	Port       uint16 `json:"port"`
	Type       string `json:"type"`
}

// Fingerprint is the hash of a certificate.
type Fingerprint struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"value"`
}

// DtlsParameters are what an end announces of itself.
type DtlsParameters struct {
	Role         string        `json:"role"`
	Fingerprints []Fingerprint `json:"fingerprints"`
}

// Codec is a codec by the payload type it has on one transport.
type Codec struct {
	MimeType    string
	PayloadType uint8
	ClockRate   uint32
	Channels    uint8
}

// Endpoint is the client's end of one WebRtcTransport.
type Endpoint struct {
	t        testing.TB
	api      *webrtc.API
	remote   TransportParameters
	gatherer *webrtc.ICEGatherer
	ice      *webrtc.ICETransport
	dtls     *webrtc.DTLSTransport
	up       chan struct{} // closed when DTLS is up
	failed   chan error    // holds why it did not come up
}

// NewEndpoint prepares the client's end; nothing is sent yet.
func NewEndpoint(t testing.TB, remote TransportParameters, codecs []Codec) *Endpoint {
	t.Helper()
	api := newAPI(t, codecs)
	gatherer, err := api.NewICEGatherer(webrtc.ICEGatherOptions{})
	must(t, err)
	e := &Endpoint{
		t: t, api: api, remote: remote, gatherer: gatherer, ice: api.NewICETransport(gatherer),
		up: make(chan struct{}), failed: make(chan error, 1),
	}
	e.dtls, err = api.NewDTLSTransport(e.ice, nil)
	must(t, err)
	t.Cleanup(e.Close)
	return e
}

func newAPI(t testing.TB, codecs []Codec) *webrtc.API {
	t.Helper()
	var engine webrtc.MediaEngine
	for _, c := range codecs {
		kind := webrtc.RTPCodecTypeVideo
		if strings.HasPrefix(c.MimeType, "audio/") {
			kind = webrtc.RTPCodecTypeAudio
		}
		must(t, engine.RegisterCodec(webrtc.RTPCodecParameters{
			PayloadType: webrtc.PayloadType(c.PayloadType),
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: c.MimeType, ClockRate: c.ClockRate, Channels: uint16(c.Channels),
			},
		}, kind))
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(&engine), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}),
	)
}

// DtlsParameters are what the client announces of itself.
func (e *Endpoint) DtlsParameters() DtlsParameters {
	e.t.Helper()
	local, err := e.dtls.GetLocalParameters()
	must(e.t, err)
	p := DtlsParameters{Role: "client"}
	for _, f := range local.Fingerprints {
		p.Fingerprints = append(p.Fingerprints, Fingerprint{Algorithm: f.Algorithm, Value: strings.ToUpper(f.Value)})
	}
	return p
}

// Start begins ICE and DTLS; AwaitConnected waits for them.
func (e *Endpoint) Start() {
	e.t.Helper()
	gathered := make(chan struct{})
	e.gatherer.OnLocalCandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			close(gathered)
		}
	})
	must(e.t, e.gatherer.Gather())
	await(e.t, "candidates", gathered)
	must(e.t, e.ice.SetRemoteCandidates(e.candidates()))
	go e.connect()
}

func (e *Endpoint) candidates() []webrtc.ICECandidate {
	var list []webrtc.ICECandidate
	for _, c := range e.remote.IceCandidates {
		list = append(list, webrtc.ICECandidate{
			Foundation: c.Foundation, Priority: c.Priority, Address: c.Address,
			Protocol: webrtc.ICEProtocolUDP, Port: c.Port, Typ: webrtc.ICECandidateTypeHost, Component: 1,
		})
	}
	return list
}

// connect is a goroutine that ends when DTLS is up or the endpoint closed.
func (e *Endpoint) connect() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	role := webrtc.ICERoleControlling
	err := e.ice.StartContext(ctx, e.gatherer, webrtc.ICEParameters{
		UsernameFragment: e.remote.IceParameters.UsernameFragment,
		Password:         e.remote.IceParameters.Password,
		ICELite:          e.remote.IceParameters.IceLite,
	}, &role)
	if err == nil {
		remote := webrtc.DTLSParameters{Role: webrtc.DTLSRoleServer}
		for _, f := range e.remote.DtlsParameters.Fingerprints {
			remote.Fingerprints = append(remote.Fingerprints, webrtc.DTLSFingerprint{Algorithm: f.Algorithm, Value: f.Value})
		}
		err = e.dtls.StartContext(ctx, remote)
	}
	if err != nil {
		e.failed <- err
		return
	}
	close(e.up)
}

// AwaitConnected waits until media can flow.
func (e *Endpoint) AwaitConnected() {
	e.t.Helper()
	select {
	case <-e.up:
	case err := <-e.failed:
		e.t.Fatalf("endpoint did not connect: %v", err)
	}
}

// AwaitFailed waits until DTLS has failed, and returns why.
func (e *Endpoint) AwaitFailed() error {
	e.t.Helper()
	select {
	case <-e.up:
		e.t.Fatal("endpoint connected")
		return nil
	case err := <-e.failed:
		return err
	}
}

// Close ends the endpoint as transport.close() does in a browser: with
// close_notify.
func (e *Endpoint) Close() {
	// Stopping twice, or before the start, is harmless.
	_ = e.dtls.Stop()
	_ = e.ice.Stop()
	_ = e.gatherer.Close()
}
