package participant

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"takoshome/app/media"
)

// sendTrack is one encoding on its way to the host: pion's TrackLocal.
type sendTrack struct {
	mimeType, name, rid string
	kind                webrtc.RTPCodecType
	ids                 extensionIDs
	mid                 string // what the host knows the producer's section by
	bound               atomic.Pointer[binding]
}

// binding is where the packets of a track go, once it is known.
type binding struct {
	writer        webrtc.TrackLocalWriter
	ssrc, rtxSsrc uint32
	payloadType   uint8
}

// Bind is called when the track has a place in the PeerConnection.
func (t *sendTrack) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, codec := range c.CodecParameters() {
		if strings.EqualFold(codec.MimeType, t.mimeType) {
			t.bound.Store(&binding{
				writer: c.WriteStream(), ssrc: uint32(c.SSRC()), rtxSsrc: uint32(c.SSRCRetransmission()),
				payloadType: uint8(codec.PayloadType),
			})
			return codec, nil
		}
	}
	return webrtc.RTPCodecParameters{}, fmt.Errorf("%w: %s", ErrNoCodec, t.mimeType)
}

// Unbind is called when it has none any more.
func (t *sendTrack) Unbind(webrtc.TrackLocalContext) error {
	t.bound.Store(nil)
	return nil
}

// ID is the track's name, the same for all layers.
func (t *sendTrack) ID() string { return t.name }

// StreamID is the name of what belongs together.
func (t *sendTrack) StreamID() string { return "takoshome" }

// RID tells layers apart.
func (t *sendTrack) RID() string { return t.rid }

// Kind is audio or video.
func (t *sendTrack) Kind() webrtc.RTPCodecType { return t.kind }

// newSendTracks makes the tracks of a producer's layers.
func newSendTracks(d *device, kind, mid string, layers []media.Layer) []*sendTrack {
	c := d.toSend(kind)
	if c == nil {
		return nil
	}
	tracks := make([]*sendTrack, 0, len(layers))
	for _, layer := range layers {
		tracks = append(tracks, &sendTrack{
			mimeType: c.mimeType(), name: kind + mid, rid: layer.Rid, mid: mid, ids: d.extensions,
			kind: webrtc.NewRTPCodecType(kind),
		})
	}
	return tracks
}

// write sends one packet. Packets that come before the connection stands are lost.
func (t *sendTrack) write(now time.Time, p *packet) error {
	b := t.bound.Load()
	if b == nil {
		return nil
	}
	header := rtp.Header{
		Version: 2, Marker: p.marker, PayloadType: b.payloadType,
		SequenceNumber: p.sequence, Timestamp: p.timestamp, SSRC: b.ssrc,
	}
	if err := t.extend(&header, now, p); err != nil {
		return fmt.Errorf("write header extension: %w", err)
	}
	if _, err := b.writer.WriteRTP(&header, p.payload); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// extend says of a packet whose it is, when it was sent, and how loud it is.
func (t *sendTrack) extend(h *rtp.Header, now time.Time, p *packet) error {
	var first error
	set := func(id uint8, value []byte) {
		if id == 0 || first != nil {
			return
		}
		first = h.SetExtension(id, value)
	}
	set(t.ids.mid, []byte(t.mid))
	if t.rid != "" {
		set(t.ids.rid, []byte(t.rid))
	}
	if t.ids.absSendTime != 0 {
		sent, err := rtp.NewAbsSendTimeExtension(now).Marshal()
		if err != nil {
			return err
		}
		set(t.ids.absSendTime, sent)
	}
	if t.kind == webrtc.RTPCodecTypeAudio {
		// RFC 6464 section 3, without the voice activity bit.
		set(t.ids.audioLevel, []byte{p.level & 0x7F})
	}
	return first
}

// midOf is a fresh name for a producer's section.
func midOf(n int) string { return strconv.Itoa(n) }
