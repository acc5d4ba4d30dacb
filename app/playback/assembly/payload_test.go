package assembly

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPayloads(t *testing.T) {
	tests := []struct {
		name, mime, payload string
		ok                  bool
		start, key, alone   bool
		body                string
	}{
		{name: "VP8 plain", mime: "video/VP8", payload: "10 01 aa", ok: true, start: true, body: "01aa"},
		{name: "VP8 all fields", mime: "video/VP8", payload: "b0 f0 8123 05 60 01", ok: true, start: true, alone: true, body: "01"},
		{name: "VP8 later partition", mime: "video/VP8", payload: "11 01", ok: true, body: "01"},
		{name: "VP8 key", mime: "video/VP8", payload: "10 000000 9d012a a000 7800", ok: true, start: true, key: true, body: "0000009d012aa0007800"},
		{name: "VP8 largest", mime: "video/VP8", payload: "10 000000 9d012a 0010 0009", ok: true, start: true, key: true, body: "0000009d012a00100009"},
		{name: "VP8 too wide", mime: "video/VP8", payload: "10 000000 9d012a 0110 7800", ok: true, start: true, key: true, body: "0000009d012a01107800"},
		{name: "VP8 no body", mime: "video/VP8", payload: "10"},
		{name: "VP8 cut", mime: "video/VP8", payload: "90 f0 8123 05"},
		{name: "VP9 cut picture ID", mime: "video/VP9", payload: "80 81"},
		{name: "VP9 inter", mime: "video/VP9", payload: "cc 8123 a6 00", ok: true, start: true, body: "a600"},
		{name: "VP9 end of frame", mime: "video/VP9", payload: "c4 05 aa", ok: true, body: "aa"},
		{name: "VP9 flexible, three references", mime: "video/VP9", payload: "fc 81 23 44 03 05 06 a6", ok: true, start: true, body: "a6"},
		{name: "VP9 structure", mime: "video/VP9", payload: "0a 38 0102 0304 0105 0607 01 04 aa 82", ok: true, start: true, key: true, body: "82"},
		{name: "VP9 structure cut", mime: "video/VP9", payload: "0a 38 0102 0304 0105 0607 ff 04 aa 82"},
		{name: "VP9 key 640x360", mime: "video/VP9", payload: "08 82498342 0027f0 167b", ok: true, start: true, key: true, body: "824983420027f0167b"},
		{name: "VP9 key 65536 wide", mime: "video/VP9", payload: "08 82498342 0ffff0 167b", ok: true, start: true, key: true, body: "824983420ffff0167b"},
		{name: "H264 slice", mime: "video/H264", payload: "61 9a", ok: true, start: true, body: "00000001619a"},
		{name: "H264 slice of no use", mime: "video/H264", payload: "01 9a", ok: true, start: true, alone: true, body: "00000001019a"},
		{name: "H264 second slice", mime: "video/H264", payload: "61 4a", ok: true, body: "00000001614a"},
		{name: "H264 SEI", mime: "video/H264", payload: "06 0102", ok: true, start: true, body: "00000001060102"},
		{name: "H264 aggregate", mime: "video/H264", payload: "78 0002 6742 0003 68ce06 0002 6588", ok: true, start: true, key: true, body: "00000001674200000001 68ce0600000001 6588"},
		{name: "H264 aggregate cut", mime: "video/H264", payload: "78 0002 6742 0009 68ce"},
		{name: "H264 first fragment", mime: "video/H264", payload: "7c 85 88aa", ok: true, start: true, body: "000000016588aa"},
		{name: "H264 next fragment", mime: "video/H264", payload: "7c 05 88aa", ok: true, body: "88aa"},
		{name: "H264 interleaved", mime: "video/H264", payload: "1d 85 88aa"},
		{name: "H264 nothing", mime: "video/H264", payload: "61"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			format, err := formatOf(test.mime)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := format.read(unhex(t, test.payload))
			if ok != test.ok {
				t.Fatalf("ok is %v", ok)
			}
			if !ok {
				return
			}
			if got.start != test.start || got.key != test.key || got.alone != test.alone {
				t.Errorf("got %+v", got)
			}
			if want := unhex(t, test.body); !bytes.Equal(got.body, want) {
				t.Errorf("body %x, want %x", got.body, want)
			}
		})
	}
}

func TestSizes(t *testing.T) {
	tests := []struct {
		name, mime, frame string
		width, height     int
		fits              bool
	}{
		{"VP8", "video/VP8", "000000 9d012a a000 7800", 160, 120, true},
		{"VP8 largest", "video/VP8", "000000 9d012a 0010 0009", 4096, 2304, true},
		{"VP8 too wide", "video/VP8", "000000 9d012a 0110 7800", 4097, 120, false},
		{"VP8 too high", "video/VP8", "000000 9d012a 0010 ff7f", 4096, 16383, false},
		{"VP8 inter", "video/VP8", "010000 9d012a 0010 ff7f", 0, 0, true},
		{"VP9", "video/VP9", "82498342 0027f0 167b", 640, 360, true},
		{"VP9 profile 1", "video/VP9", "a24983424004fe02ce", 640, 360, true},
		{"VP9 too wide", "video/VP9", "82498342 0ffff0 167b", 65536, 360, false},
		{"VP9 inter, a reference's size", "video/VP9", "86004491", 0, 0, true},
		{"VP9 inter, another size", "video/VP9", "86004490013f80b380", 640, 360, true},
		{"VP9 intra only", "video/VP9", "848930685fffffe02ce0", 65536, 360, false},
		{"VP9 cut", "video/VP9", "82498342 00", 0, 0, true},
		{"H264", "video/H264", "00000001 6742", 0, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			format, err := formatOf(test.mime)
			if err != nil {
				t.Fatal(err)
			}
			frame := unhex(t, test.frame)
			if w, h := format.size(frame); w != test.width || h != test.height || format.fits(frame) != test.fits {
				t.Errorf("%dx%d, fits: %v", w, h, format.fits(frame))
			}
		})
	}
}

// A frame of two spatial layers has two parts.
func TestVp9Layers(t *testing.T) {
	a, err := New("video/VP9")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i, payload := range []string{"2a 00 00 30 0010 0010 0020 0020 82", "20 00 00 01", "24 00 00 02", "68 02 00 83", "64 02 00 03"} {
		a.Put(now, &rtp.Packet{Header: rtp.Header{SequenceNumber: uint16(i), Marker: i == 4}, Payload: unhex(t, payload)})
	}
	f, ok := a.Next(now)
	if !ok || !f.KeyFrame || len(f.Parts) != 2 || !bytes.Equal(f.Parts[0], []byte{0x82, 1, 2}) || !bytes.Equal(f.Parts[1], []byte{0x83, 3}) {
		t.Errorf("%v %+v", ok, f)
	}
}

func TestVp9SizeOfRealFrames(t *testing.T) {
	for i, frame := range ivf(t, "../testdata/vp9.ivf") {
		width, height := vp9Size(frame)
		if i == 0 && (width != 160 || height != 120) {
			t.Errorf("the keyframe is %dx%d", width, height)
		}
		if width > 160 || height > 120 {
			t.Errorf("frame %d is %dx%d", i, width, height)
		}
	}
}

func ivf(t testing.TB, name string) (all [][]byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := ivfreader.NewWith(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for {
		frame, _, err := r.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, frame)
	}
}

func FuzzVp8(f *testing.F) {
	f.Add((&codecs.VP8Payloader{EnablePictureID: true}).Payload(400, ivf(f, "../testdata/vp8.ivf")[0])[0])
	fuzzFormat(f, "video/VP8")
}

func FuzzVp9(f *testing.F) {
	for _, frame := range ivf(f, "../testdata/vp9.ivf")[:3] {
		f.Add((&codecs.VP9Payloader{}).Payload(400, frame)[0])
	}
	f.Add(unhex(f, "08 86 498342 0ffff0 167b"))
	fuzzFormat(f, "video/VP9")
}

func FuzzH264(f *testing.F) {
	f.Add(unhex(f, "78 0002 6742 0003 68ce06 0002 6588"))
	f.Add(unhex(f, "7c 85 88aa"))
	fuzzFormat(f, "video/H264")
}

func fuzzFormat(f *testing.F, mime string) {
	f.Helper()
	format, err := formatOf(mime)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		p, ok := format.read(data)
		format.fits(data)
		if !bytes.Equal(data, before) {
			t.Error("the packet was changed")
		}
		if ok && len(p.body) == 0 || len(p.body) > 4*len(data)+8 {
			t.Errorf("%d bytes made of %d", len(p.body), len(data))
		}
	})
}

// FuzzAssembler takes any packets: what is kept is bounded, frames come out in
// order, and in the end a good keyframe is found.
func FuzzAssembler(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x10\x02\x01\x00\x10\x02\x01\x03\x10"), byte(0))
	f.Add([]byte("\x00\x01\x00\x10\x04\x81\x00\x30\x01\x01\x03\xff"), byte(1))
	f.Fuzz(func(t *testing.T, script []byte, kind byte) {
		mime := []string{"video/VP8", "video/VP9", "video/H264"}[kind%3]
		a, err := New(mime)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(1e9, 0)
		seq, stamp := uint16(0), uint32(0)
		drain := func() (frames int) {
			for frame, ok := a.Next(now); ok; frame, ok = a.Next(now) {
				if frames++; len(frame.Parts) == 0 || frames > slots {
					t.Fatalf("frame %d has %d parts", frames, len(frame.Parts))
				}
			}
			return frames
		}
		for ; len(script) >= 4; script = script[4:] {
			seq += uint16(int8(script[0])) << (script[1] & 0x0f)
			stamp += uint32(script[2] & 3)
			payload := script[3:min(len(script), 3+int(script[2]>>2))]
			a.Put(now, &rtp.Packet{
				Header:  rtp.Header{SequenceNumber: seq, Timestamp: stamp, Marker: script[1]&0x80 != 0, SSRC: uint32(script[1] >> 6 & 1)},
				Payload: payload,
			})
			now = now.Add(time.Duration(script[3]) * ms)
			drain()
		}
		good := map[string]string{
			"video/VP8": "10 000000 9d012a a000 7800", "video/VP9": "08 82498342 0027f0 167b", "video/H264": "78 0002 6742 0003 68ce06 0002 6588",
		}[mime]
		for i := range uint16(3) {
			a.Put(now, &rtp.Packet{Header: rtp.Header{SequenceNumber: seq + 1 + i, Timestamp: stamp + 10 + uint32(i), Marker: true, SSRC: 9}, Payload: unhex(t, good)})
		}
		if n := drain(); n != 3 {
			t.Errorf("%d frames of 3", n)
		}
	})
}
