package codec

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pion/rtp/codecs"
)

// The streams in testdata, see its README.
const (
	streamWidth, streamHeight = 98, 54
	streamFrames              = 4
	streamKeyFrameEvery       = 2
)

type payloader interface {
	Payload(mtu uint16, payload []byte) [][]byte
}

func pictureID() uint16 { return 0x7ffe }

// Every frame of real encoders, packetized by another implementation, is
// recognised at its first packet and nowhere else.
func TestRealStreams(t *testing.T) {
	tests := []struct {
		name, mimeType, file string
		payloader            payloader
	}{
		{"VP8", "video/VP8", "vp8.ivf", &codecs.VP8Payloader{}},
		{"VP8 with PictureID", "video/VP8", "vp8.ivf", &codecs.VP8Payloader{EnablePictureID: true}},
		{"VP9", "video/VP9", "vp9.ivf", &codecs.VP9Payloader{InitialPictureIDFn: pictureID}},
		{"H264", "video/H264", "h264.h264", &codecs.H264Payloader{}},
		{"H264 without STAP-A", "video/H264", "h264.h264", &codecs.H264Payloader{DisableStapA: true}},
		{"AV1", "video/AV1", "av1.ivf", &codecs.AV1Payloader{}},
	}
	for _, tt := range tests {
		for _, mtu := range []uint16{1200, 100, 50} {
			t.Run(fmt.Sprintf("%s, %d bytes", tt.name, mtu), func(t *testing.T) {
				frames := readFrames(t, tt.file)
				if len(frames) != streamFrames {
					t.Fatalf("got %d frames, want %d", len(frames), streamFrames)
				}
				parse := ParserFor(tt.mimeType)
				for i, frame := range frames {
					isKey := i%streamKeyFrameEvery == 0
					payloads := tt.payloader.Payload(mtu, frame)
					if mtu < 100 && isKey && len(payloads) < 3 {
						t.Fatalf("a keyframe of %d packets tests nothing", len(payloads))
					}
					checkFrame(t, parse, payloads, isKey)
				}
			})
		}
	}
}

func checkFrame(t *testing.T, parse Parser, payloads [][]byte, isKey bool) {
	t.Helper()
	for i, payload := range payloads {
		got := parse(payload)
		if want := isKey && i == 0; got.KeyFrame != want {
			t.Errorf("packet %d of %d: keyframe: got %v, want %v", i, len(payloads), got.KeyFrame, want)
		}
		if got.KeyFrame && (got.Width != streamWidth || got.Height != streamHeight) {
			t.Errorf("size: got %dx%d, want %dx%d", got.Width, got.Height, streamWidth, streamHeight)
		}
		if i == 0 && !got.StartOfFrame {
			t.Error("no start of frame at the first packet")
		}
	}
}

// The packetizer's flexible mode does not mark predicted frames, so that only
// its keyframes are as RFC 9628 wants them.
func TestRealVp9KeyFramesInFlexibleMode(t *testing.T) {
	p := &codecs.VP9Payloader{FlexibleMode: true, InitialPictureIDFn: pictureID}
	for _, mtu := range []uint16{1200, 60} {
		checkFrame(t, parseVp9, p.Payload(mtu, readFrames(t, "vp9.ivf")[0]), true)
	}
}

// The bits for start and end of frame, packet by packet, where the format has
// them.
func TestRealStreamsFrameBounds(t *testing.T) {
	vp8, vp9, av1 := &codecs.VP8Payloader{}, &codecs.VP9Payloader{InitialPictureIDFn: pictureID}, &codecs.AV1Payloader{}
	tests := []struct {
		mimeType, file string
		payloader      payloader
		end            bool
	}{
		{"video/VP8", "vp8.ivf", vp8, false},
		{"video/VP9", "vp9.ivf", vp9, true},
		{"video/AV1", "av1.ivf", av1, false},
	}
	for _, tt := range tests {
		t.Run(tt.mimeType, func(t *testing.T) {
			parse := ParserFor(tt.mimeType)
			key := tt.payloader.Payload(60, readFrames(t, tt.file)[0])
			for i, payload := range key {
				got := parse(payload)
				if want := i == 0; got.StartOfFrame != want {
					t.Errorf("packet %d: start: got %v, want %v", i, got.StartOfFrame, want)
				}
				if want := tt.end && i == len(key)-1; got.EndOfFrame != want {
					t.Errorf("packet %d: end: got %v, want %v", i, got.EndOfFrame, want)
				}
			}
		})
	}
}

// No prefix of a real payload makes a parser panic or invent a size.
func TestCutOffPayloads(t *testing.T) {
	for mimeType, payload := range realKeyFrames(t) {
		parse := ParserFor(mimeType)
		for n := range payload {
			got := parse(payload[:n:n])
			if got.Width != 0 && (got.Width != streamWidth || got.Height != streamHeight) {
				t.Errorf("%s: %d bytes: size %dx%d", mimeType, n, got.Width, got.Height)
			}
			checkInfo(t, got)
		}
	}
}

func TestParsersDoNotAllocate(t *testing.T) {
	for mimeType, payload := range realKeyFrames(t) {
		parse := ParserFor(mimeType)
		if got := parse(payload); !got.KeyFrame || got.Width != streamWidth {
			t.Fatalf("%s: got %+v", mimeType, got)
		}
		if allocs := testing.AllocsPerRun(100, func() { parse(payload) }); allocs != 0 {
			t.Errorf("%s: got %v allocations, want 0", mimeType, allocs)
		}
	}
}

func TestParserFor(t *testing.T) {
	for mimeType, want := range map[string]bool{
		"video/VP8": true, "video/vp9": true, "VIDEO/h264": true, "video/AV1": true,
		"audio/opus": false, "video/rtx": false, "video/H265": false, "": false, "VP8": false,
	} {
		if got := ParserFor(mimeType) != nil; got != want {
			t.Errorf("ParserFor(%q): got a parser: %v, want %v", mimeType, got, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for mimeType, payload := range realKeyFrames(b) {
		parse := ParserFor(mimeType)
		b.Run(mimeType, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parse(payload)
			}
		})
	}
}

// realKeyFrames are the first packets of real keyframes, by MIME type.
func realKeyFrames(t testing.TB) map[string][]byte {
	t.Helper()
	first := func(p payloader, file string) []byte {
		payloads := p.Payload(1200, readFrames(t, file)[0])
		if len(payloads) == 0 {
			t.Fatalf("%s: no payload", file)
		}
		return payloads[0]
	}
	return map[string][]byte{
		"video/VP8":  first(&codecs.VP8Payloader{EnablePictureID: true}, "vp8.ivf"),
		"video/VP9":  first(&codecs.VP9Payloader{InitialPictureIDFn: pictureID}, "vp9.ivf"),
		"video/H264": first(&codecs.H264Payloader{}, "h264.h264"),
		"video/AV1":  first(&codecs.AV1Payloader{}, "av1.ivf"),
	}
}

// readFrames reads the frames of a file in testdata.
func readFrames(t testing.TB, name string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(name) == ".ivf" {
		return ivfFrames(t, data)
	}
	return annexBFrames(data)
}

// ivfFrames: a header of 32 bytes, then 12 bytes before each frame, of which
// the first four are its size.
func ivfFrames(t testing.TB, data []byte) (frames [][]byte) {
	t.Helper()
	for data = data[32:]; len(data) > 0; {
		size := binary.LittleEndian.Uint32(data)
		frames = append(frames, data[12:12+size])
		data = data[12+size:]
	}
	return frames
}

// annexBFrames splits an H.264 byte stream whose pictures have two slices each.
func annexBFrames(data []byte) (frames [][]byte) {
	const slices = 2
	startCode := []byte{0, 0, 1}
	var frame []byte
	seen := 0
	for _, nal := range bytes.Split(data, startCode)[1:] {
		frame = append(append(frame, startCode...), bytes.TrimRight(nal, "\x00")...)
		if nalType := nal[0] & h264TypeMask; nalType == h264Slice || nalType == h264Idr {
			seen++
		}
		if seen == slices {
			frames = append(frames, frame)
			frame, seen = nil, 0
		}
	}
	return frames
}

// checkInfo holds for every payload whatever.
func checkInfo(t *testing.T, info Info) {
	t.Helper()
	if (info.Width == 0) != (info.Height == 0) {
		t.Errorf("half a size: %+v", info)
	}
	if !info.KeyFrame && info.Width != 0 {
		t.Errorf("a size without a keyframe: %+v", info)
	}
	if info.KeyFrame && !info.StartOfFrame {
		t.Errorf("a keyframe that does not start: %+v", info)
	}
	if info.SpatialLayer > 7 || info.TemporalLayer > 7 {
		t.Errorf("layers out of range: %+v", info)
	}
}
