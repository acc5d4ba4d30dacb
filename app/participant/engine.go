package participant

import (
	"fmt"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

const (
	keepalive = time.Second
	// dtlsRetry is short because the first flight may come before the host has
	// read our connect.
	dtlsRetry = 200 * time.Millisecond
	relayWait = 700 * time.Millisecond
	// maxChecks are those of one pair, five a second.
	maxChecks    = 50
	replayWindow = 1024
	receiveMTU   = 1500
)

// newPeerConnection makes one end of a transport. hostile is called, from any
// goroutine, when the host sends more streams than any call has.
func newPeerConnection(
	d *device, r remote, t Timeouts, registry *interceptor.Registry, hostile func(),
) (*webrtc.PeerConnection, error) {
	engine, err := newMediaEngine(d)
	if err != nil {
		return nil, err
	}
	settings, err := newSettings(r, t, hostile)
	if err != nil {
		return nil, err
	}
	policy := webrtc.ICETransportPolicyAll
	if r.relayOnly && len(r.iceServers) > 0 {
		policy = webrtc.ICETransportPolicyRelay
	}
	api := webrtc.NewAPI(
		webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(registry),
	)
	pc, err := api.NewPeerConnection(webrtc.Configuration{
		ICEServers: r.iceServers, ICETransportPolicy: policy, BundlePolicy: webrtc.BundlePolicyMaxBundle,
	})
	if err != nil {
		return nil, fmt.Errorf("make PeerConnection: %w", err)
	}
	return pc, nil
}

func newMediaEngine(d *device) (*webrtc.MediaEngine, error) {
	engine := &webrtc.MediaEngine{}
	for _, c := range d.codecs {
		kind := webrtc.NewRTPCodecType(c.kind())
		if err := engine.RegisterCodec(c.rtcCodec(), kind); err != nil {
			return nil, fmt.Errorf("register codec: %w", err)
		}
		if c.rtx == nil {
			continue
		}
		if err := engine.RegisterCodec(c.rtcRtx(), kind); err != nil {
			return nil, fmt.Errorf("register RTX: %w", err)
		}
	}
	// The others are written by ourselves. pion reads MID and RID only to guess
	// what a stream that nobody announced might be, which is for nobody to guess.
	if d.extensions.transportCC == 0 {
		return engine, nil
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if err := engine.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uriTransportCC}, kind); err != nil {
			return nil, fmt.Errorf("register header extension: %w", err)
		}
	}
	return engine, nil
}

func newSettings(r remote, t Timeouts, hostile func()) (webrtc.SettingEngine, error) {
	settings := webrtc.SettingEngine{LoggerFactory: silence(), BufferFactory: (&streamCount{hostile: hostile}).newBuffer}
	// Where the other end is ICE-lite, pion would be the DTLS server although its
	// own answer says that it is the client.
	if err := settings.SetAnsweringDTLSRole(webrtc.DTLSRoleClient); err != nil {
		return webrtc.SettingEngine{}, fmt.Errorf("set DTLS role: %w", err)
	}
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetIncludeLoopbackCandidate(r.hasLoopback())
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if r.hasTCP() {
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	settings.SetNetworkTypes(networks)
	// The checks go on all the time, whatever else is sent: they are the consent
	// without which the host falls silent after 30 s (RFC 7675).
	settings.SetICETimeouts(t.Disconnected, t.Failed, min(keepalive, t.Disconnected/2))
	// By itself pion gives a way up after 1.4 s without an answer, for good.
	settings.SetICEMaxBindingRequests(maxChecks)
	// A direct way is worth a moment's wait, where there may be one.
	if r.relayOnly {
		settings.SetRelayAcceptanceMinWait(0)
	} else {
		settings.SetRelayAcceptanceMinWait(relayWait)
	}
	settings.SetDTLSRetransmissionInterval(dtlsRetry)
	settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	settings.SetSRTPReplayProtectionWindow(replayWindow)
	settings.SetReceiveMTU(receiveMTU)
	// Tracks are known from signaling; waiting for their first packet would take
	// it out of its order.
	settings.SetFireOnTrackBeforeFirstRTP(true)
	return settings, nil
}

// silence keeps pion's own words, which may name addresses and secrets, to itself.
func silence() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}
}
