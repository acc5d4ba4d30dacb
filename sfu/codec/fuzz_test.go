package codec

import "testing"

func FuzzSec24Vp8(f *testing.F) {
	f.Add([]byte{0x90, 0xe0, 0x87, 0xfe, 0x2a, 0x00, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01})
	fuzzParser(f, "video/VP8")
}

func FuzzSec24Vp9(f *testing.F) {
	f.Add(unhex(f, "aa 81 23 00 07 50 01 40 00 b4 02 80 01 68 05 00 02 d0"))
	f.Add(unhex(f, "fc 81 23 44 03 05 06"))
	f.Add(unhex(f, "8a 23 08 03 04 01 38 01 02 50 82 49 83 42 00 27 f0 1d f0"))
	f.Add(unhex(f, "08 b124c1a138018400d5800e0907061600000c600000"))
	fuzzParser(f, "video/VP9")
}

func FuzzSec24H264(f *testing.F) {
	f.Add(unhex(f, spsMain720))
	f.Add(unhex(f, "67640028acd94078044fde022000000300200000030283e2c5b2c0"))
	f.Add(unhex(f, "67f4000a919b28e4f1f1780880000003008000000a078912cb"))
	f.Add(unhex(f, "7c85888404"))
	fuzzParser(f, "video/H264")
}

func FuzzSec24Av1(f *testing.F) {
	f.Add(unhex(f, "38 01 10 0b 08 0000002d4cffb3ccaf9004 30 1000900000"))
	f.Add(unhex(f, "18 08 040000000400000029780000000a530000035f915f90bb2e1d4daf9004"))
	f.Add(unhex(f, "a0 01 aa 34 e8 00"))
	fuzzParser(f, "video/AV1")
}

func FuzzSec24Opus(f *testing.F) {
	f.Add([]byte{0x7a, 0x00})
	f.Fuzz(func(t *testing.T, payload []byte) {
		if OpusIsDtx(payload) && len(payload) > 2 {
			t.Errorf("%d bytes of silence", len(payload))
		}
	})
}

func fuzzParser(f *testing.F, mimeType string) {
	f.Helper()
	f.Add(realKeyFrames(f)[mimeType])
	parse := ParserFor(mimeType)
	f.Fuzz(func(t *testing.T, payload []byte) {
		before := string(payload)
		info := parse(payload)
		checkInfo(t, info)
		if again := parse(payload); again != info {
			t.Errorf("got %+v, then %+v", info, again)
		}
		if string(payload) != before {
			t.Error("the payload was changed")
		}
	})
}
