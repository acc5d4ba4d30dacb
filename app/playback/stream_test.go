package playback

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4/pkg/media/h264reader"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"

	"takoshome/app/media"
)

// fakeTrack is a RemoteTrack that gives what is sent to it.
type fakeTrack struct {
	codec   media.Codec
	packets chan *rtp.Packet
	ended   chan struct{}
	end     sync.Once
	asked   chan struct{} // for keyframes
}

func newTrack(t *testing.T, codec media.Codec) *fakeTrack {
	t.Helper()
	f := &fakeTrack{codec: codec, packets: make(chan *rtp.Packet), ended: make(chan struct{}), asked: make(chan struct{}, 100)}
	t.Cleanup(f.close)
	return f
}

func videoTrack(t *testing.T, mime string) *fakeTrack {
	t.Helper()
	return newTrack(t, media.Codec{MimeType: mime, PayloadType: 96, ClockRate: 90000})
}

func audioTrack(t *testing.T) *fakeTrack {
	t.Helper()
	return newTrack(t, media.Codec{MimeType: "audio/opus", PayloadType: 111, ClockRate: 48000, Channels: 2})
}

func (f *fakeTrack) Codec() media.Codec { return f.codec }

func (f *fakeTrack) ReadRTP() (*rtp.Packet, error) {
	select {
	case p := <-f.packets:
		return p, nil
	case <-f.ended:
		return nil, io.EOF
	}
}

func (f *fakeTrack) RequestKeyFrame() {
	select {
	case f.asked <- struct{}{}:
	default:
	}
}

func (f *fakeTrack) SetReadDeadline(deadline time.Time) error {
	if !deadline.IsZero() {
		f.close()
	}
	return nil
}

func (f *fakeTrack) close() { f.end.Do(func() { close(f.ended) }) }

// send hands packets over; those that nobody reads any more are lost.
func (f *fakeTrack) send(packets ...*rtp.Packet) {
	for _, p := range packets {
		select {
		case f.packets <- p:
		case <-f.ended:
			return
		}
	}
}

// frames reads the encoded frames of a file in testdata.
func frames(t testing.TB, name string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	switch filepath.Ext(name) {
	case ".ivf":
		all, err = ivfFrames(data)
	case ".h264":
		all, err = h264Frames(data)
	case ".ogg":
		all, err = oggPackets(data)
	}
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %d frames, %v", name, len(all), err)
	}
	return all
}

func ivfFrames(data []byte) (all [][]byte, _ error) {
	r, _, err := ivfreader.NewWith(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	for {
		frame, _, err := r.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, frame)
	}
}

// h264Frames puts the parameters and the picture of each access unit together,
// as a byte stream.
func h264Frames(data []byte) (all [][]byte, _ error) {
	r, err := h264reader.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var unit []byte
	for {
		nal, err := r.NextNAL()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		unit = append(append(unit, 0, 0, 0, 1), nal.Data...)
		if nal.UnitType == h264reader.NalUnitTypeCodedSliceIdr || nal.UnitType == h264reader.NalUnitTypeCodedSliceNonIdr {
			all, unit = append(all, unit), nil
		}
	}
}

// oggPackets reads the Opus packets of a file that has one on each page.
func oggPackets(data []byte) (all [][]byte, _ error) {
	r, _, err := oggreader.NewWith(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	for {
		packet, _, err := r.ParseNextPage()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(packet, []byte("OpusTags")) && !bytes.HasPrefix(packet, []byte("OpusHead")) {
			all = append(all, bytes.Clone(packet))
		}
	}
}

// sender makes RTP packets of frames.
type sender struct {
	payloader rtp.Payloader
	seq       uint16
	stamp     uint32
	step      uint32
}

func newSender(t testing.TB, mime string) *sender {
	t.Helper()
	s := &sender{seq: 65500, stamp: 1<<32 - 9000, step: 3000}
	switch strings.ToLower(mime) {
	case "video/vp8":
		s.payloader = &codecs.VP8Payloader{EnablePictureID: true}
	case "video/vp9":
		s.payloader = &codecs.VP9Payloader{}
	case "video/h264":
		s.payloader = &codecs.H264Payloader{}
	case "audio/opus":
		s.payloader, s.step = &codecs.OpusPayloader{}, 960
	}
	return s
}

func (s *sender) packets(frame []byte) (all []*rtp.Packet) {
	payloads := s.payloader.Payload(400, frame)
	for i, p := range payloads {
		all = append(all, &rtp.Packet{
			Header:  rtp.Header{Version: 2, SequenceNumber: s.seq, Timestamp: s.stamp, SSRC: 7, Marker: i == len(payloads)-1},
			Payload: p,
		})
		s.seq++
	}
	s.stamp += s.step
	return all
}
