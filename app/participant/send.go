package participant

import (
	"fmt"

	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"takoshome/app/media"
	"takoshome/sfu/ortc"
)

// sendTransport carries our streams to the host.
type sendTransport struct {
	transport
	estimator *estimator
	nextMid   int // the lane's
}

// sending is a producer's streams on a transport.
type sending struct {
	sender *webrtc.RTPSender
	tracks []*sendTrack
	// parameters are what produce says of them.
	parameters ortc.RtpParameters
}

// onFeedback hears of RTCP about a layer, from any goroutine.
type onFeedback func(layer int, packets []rtcp.Packet)

func newSendTransport(c transportConfig) (*sendTransport, error) {
	t := &sendTransport{estimator: &estimator{}}
	registry, err := sendInterceptors(c.device, newPacer(), func(e cc.BandwidthEstimator) { t.estimator.learn(e) })
	if err != nil {
		return nil, err
	}
	if err := t.init(c, registry); err != nil {
		return nil, fmt.Errorf("send transport: %w", err)
	}
	return t, nil
}

// connect begins to connect, before there is anything to send.
func (t *sendTransport) connect() {
	t.do(func() error {
		_, err := t.pc.AddTransceiverFromKind(webrtc.NewRTPCodecType(t.base().kind()), webrtc.RTPTransceiverInit{
			Direction: webrtc.RTPTransceiverDirectionRecvonly,
		})
		if err != nil {
			return fmt.Errorf("prepare to send: %w", err)
		}
		err = t.negotiate()
		t.hurrySoon()
		return err
	})
}

// base is the codec of the section with which the transport begins.
func (t *transport) base() *codec {
	if c := t.device.toSend(kindAudio); c != nil {
		return c
	}
	if c := t.device.toSend(kindVideo); c != nil {
		return c
	}
	return &t.device.codecs[0]
}

// add prepares to send a producer; done is called on the lane.
func (t *sendTransport) add(kind string, layers []media.Layer, feedback onFeedback, done func(*sending, error)) {
	t.do(func() error {
		s, err := t.prepare(kind, layers, feedback)
		done(s, err)
		return nil
	})
}

func (t *sendTransport) prepare(kind string, layers []media.Layer, feedback onFeedback) (*sending, error) {
	mid := midOf(t.nextMid)
	t.nextMid++
	s := &sending{tracks: newSendTracks(t.device, kind, mid, layers)}
	if len(s.tracks) == 0 {
		return nil, ErrNoCodec
	}
	if err := t.place(s); err != nil {
		return nil, err
	}
	if err := t.negotiate(); err != nil {
		return nil, err
	}
	s.parameters = t.parameters(kind, mid, layers, s.tracks)
	for layer, track := range s.tracks {
		read := func(b []byte) (int, error) {
			n, _, err := s.sender.Read(b)
			return n, err
		}
		if track.rid != "" {
			read = func(b []byte) (int, error) {
				n, _, err := s.sender.ReadSimulcast(b, track.rid)
				return n, err
			}
		}
		t.readRTCP(read, func(b []byte) {
			if packets, err := rtcp.Unmarshal(b); err == nil {
				feedback(layer, packets)
			}
		})
	}
	return s, nil
}

// place gives the tracks a transceiver that another producer has left, or a new one.
func (t *sendTransport) place(s *sending) (err error) {
	first := s.tracks[0]
	isFree := false
	for _, transceiver := range t.pc.GetTransceivers() {
		isFree = isFree || (transceiver.Kind() == first.kind && transceiver.Sender() == nil)
	}
	if isFree {
		s.sender, err = t.pc.AddTrack(first)
	} else {
		var transceiver *webrtc.RTPTransceiver
		transceiver, err = t.pc.AddTransceiverFromTrack(first, webrtc.RTPTransceiverInit{
			Direction: webrtc.RTPTransceiverDirectionSendonly,
		})
		if err == nil {
			s.sender = transceiver.Sender()
		}
	}
	if err != nil {
		return fmt.Errorf("add track: %w", err)
	}
	for _, track := range s.tracks[1:] {
		if err := s.sender.AddEncoding(track); err != nil {
			return fmt.Errorf("add layer: %w", err)
		}
	}
	return nil
}

// remove ends what add began.
func (t *sendTransport) remove(s *sending) {
	t.do(func() error {
		if err := t.pc.RemoveTrack(s.sender); err != nil {
			return fmt.Errorf("remove track: %w", err)
		}
		return t.negotiate()
	})
}

// negotiate makes our description and the host's answer to it.
func (t *sendTransport) negotiate() error { return t.negotiateBy(nil) }

func (t *sendTransport) negotiateBy(options *webrtc.OfferOptions) error {
	offer, err := t.pc.CreateOffer(options)
	if err != nil {
		return fmt.Errorf("make offer: %w", err)
	}
	if err := t.pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("set offer: %w", err)
	}
	for i, transceiver := range t.pc.GetTransceivers() {
		if i == len(t.sections) {
			t.sections = append(t.sections, &section{mid: transceiver.Mid(), codec: t.codecOf(transceiver)})
		}
		t.sections[i].direction = inactive
		if transceiver.Sender() != nil {
			t.sections[i].direction = recvOnly
		}
	}
	return t.setRemote(webrtc.SDPTypeAnswer, "passive")
}

func (t *sendTransport) codecOf(transceiver *webrtc.RTPTransceiver) *codec {
	if c := t.device.toSend(transceiver.Kind().String()); c != nil {
		return c
	}
	return t.base()
}

// parameters are the producer's, as mediasoup-client makes them: layers are told
// apart by RID, a single stream by its SSRC.
func (t *sendTransport) parameters(kind, mid string, layers []media.Layer, tracks []*sendTrack) ortc.RtpParameters {
	c := t.device.toSend(kind)
	reducedSize := true
	p := ortc.RtpParameters{
		Mid:              mid,
		Codecs:           []ortc.RtpCodecParameters{sendParameters(c.capability, c.capability.Parameters)},
		HeaderExtensions: t.device.extensions.parameters(kind, len(layers) > 1),
		Rtcp:             ortc.RtcpParameters{Cname: tracks[0].StreamID(), ReducedSize: &reducedSize},
	}
	if kind == kindAudio {
		p.Codecs[0].Parameters = ortc.CodecParameters{"minptime": 10.0, "useinbandfec": 1.0, "usedtx": 1.0}
	}
	if c.rtx != nil {
		p.Codecs = append(p.Codecs, sendParameters(*c.rtx, c.rtx.Parameters))
	}
	for i, track := range tracks {
		p.Encodings = append(p.Encodings, track.encoding(layers[i]))
	}
	return p
}

func (t *sendTrack) encoding(layer media.Layer) ortc.RtpEncodingParameters {
	e := ortc.RtpEncodingParameters{Rid: t.rid, MaxBitrate: uint32(layer.MaxBps)}
	if t.rid != "" && t.ids.rid != 0 && t.ids.mid != 0 {
		e.ScalabilityMode = "L1T1"
		return e
	}
	e.Rid = "" // where packets cannot say it, SSRCs tell layers apart
	if b := t.bound.Load(); b != nil {
		e.Ssrc = b.ssrc
		if b.rtxSsrc != 0 {
			e.Rtx = &ortc.RtxParameters{Ssrc: b.rtxSsrc}
		}
	}
	e.Dtx = t.kind == webrtc.RTPCodecTypeAudio
	return e
}

func sendParameters(c ortc.RtpCodecCapability, p ortc.CodecParameters) ortc.RtpCodecParameters {
	c = c.Clone()
	return ortc.RtpCodecParameters{
		MimeType: c.MimeType, PayloadType: c.PreferredPayloadType, ClockRate: c.ClockRate, Channels: c.Channels,
		Parameters: p, RtcpFeedback: c.RtcpFeedback,
	}
}

// parameters are the extensions of a producer's packets.
func (ids extensionIDs) parameters(kind string, isSimulcast bool) []ortc.RtpHeaderExtensionParameters {
	list := []ortc.RtpHeaderExtensionParameters{}
	add := func(uri string, id uint8, wanted bool) {
		if id != 0 && wanted {
			list = append(list, ortc.RtpHeaderExtensionParameters{Uri: uri, Id: id, Parameters: ortc.CodecParameters{}})
		}
	}
	add(ortc.UriMid, ids.mid, true)
	add(ortc.UriRid, ids.rid, isSimulcast)
	add(ortc.UriRepairedRid, ids.repairedRid, isSimulcast)
	add(ortc.UriAbsSendTime, ids.absSendTime, true)
	add(ortc.UriTransportCC, ids.transportCC, true)
	add(ortc.UriAudioLevel, ids.audioLevel, kind == kindAudio)
	return list
}
