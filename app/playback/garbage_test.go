package playback

import (
	"errors"
	"image"
	"math/rand/v2"
	"testing"

	"takoshome/app/playback/assembly"
)

// A damaged frame is an error or a wrong picture, and the next keyframe gives
// the right one.
func TestDamagedFramesAreSurvived(t *testing.T) {
	for _, format := range formats {
		t.Run(format.mime, func(t *testing.T) {
			want := sums(t, format.file)
			good := assemble(t, format.mime, frames(t, format.file))
			d, err := newDecoder(format.mime)
			if err != nil {
				t.Fatal(err)
			}
			defer d.close()
			random := rand.New(rand.NewPCG(11, 12))
			failed, picture := 0, (*image.YCbCr)(nil)
			for round := range 300 {
				f := damage(random, good[random.IntN(len(good))])
				shown, err := d.decode(f, picture)
				switch {
				case err != nil && !errors.Is(err, ErrCorrupt):
					t.Fatal(err)
				case err != nil:
					failed++
				case shown != nil:
					picture = shown
				}
				if round%10 == 9 {
					picture = decodeGood(t, d, good[0], picture, want[0])
				}
			}
			if failed == 0 {
				t.Error("nothing failed")
			}
		})
	}
}

func damage(random *rand.Rand, f assembly.Frame) assembly.Frame {
	data := append([]byte(nil), f.Parts[0]...)
	switch random.IntN(4) {
	case 0:
		data = data[:1+random.IntN(len(data))]
	case 1:
		for i := range data {
			data[i] = byte(random.Uint32())
		}
	default:
		for range 1 + random.IntN(10) {
			data[random.IntN(len(data))] ^= 1 << random.IntN(8)
		}
	}
	// The assembler refuses these sizes, so that no decoder sees them.
	return assembly.Frame{Parts: [][]byte{data}, KeyFrame: f.KeyFrame}
}

// decodeGood gives two tries: the first may find out what damage was done.
func decodeGood(t *testing.T, d decoder, f assembly.Frame, into *image.YCbCr, want string) *image.YCbCr {
	t.Helper()
	picture, err := d.decode(f, into)
	if err != nil {
		picture, err = d.decode(f, into)
	}
	if err != nil || picture == nil || sumOf(picture) != want {
		t.Fatalf("a good keyframe after damaged ones: %v", err)
	}
	return picture
}

func TestPicturesOfTwoStreamsInOne(t *testing.T) {
	// A decoder that gets the frames of another size in between goes on.
	d, err := newDecoder("video/VP8")
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	small := assemble(t, "video/VP8", frames(t, "vp8.ivf"))
	odd := assemble(t, "video/VP8", frames(t, "odd.ivf"))
	var picture *image.YCbCr
	for range 3 {
		for _, part := range [][]assembly.Frame{small[:20], odd} {
			for _, f := range part {
				if picture, err = d.decode(f, picture); err != nil {
					t.Fatal(err)
				}
			}
			t.Log(picture.Rect)
		}
	}
}

// The header of this VP9 frame asks for 16384x16384 pixels.
func TestHugePicturesGetNoMemory(t *testing.T) {
	d, err := newDecoder("video/VP9")
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	frame := append([]byte(nil), frames(t, "vp9.ivf")[0]...)
	// The marker, the flags, the sync code and the colours take 36 bits.
	frame[4] &= 0xf0
	copy(frame[4:], []byte{frame[4] | 0x03, 0xff, 0xf3, 0xff, frame[8]&0x0f | 0xf0})
	if _, err := d.decode(assembly.Frame{Parts: [][]byte{frame}, KeyFrame: true}, nil); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

// Colours that are finer than 4:2:0 are made coarser.
func TestFinerColours(t *testing.T) {
	d, err := newDecoder("video/VP9")
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	var picture *image.YCbCr
	for _, f := range assemble(t, "video/VP9", frames(t, "odd444.ivf")) {
		if picture, err = d.decode(f, picture); err != nil {
			t.Fatal(err)
		}
	}
	if picture.Rect.Size() != image.Pt(101, 75) || picture.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		t.Errorf("%v %v", picture.Rect, picture.SubsampleRatio)
	}
	// The test picture's colour bars: red, at its left in the middle of its height.
	t.Log(picture.YCbCrAt(10, 20), picture.YCbCrAt(100, 74))
}
