package ortc

import (
	"encoding/hex"
	"fmt"
)

// h264Profile is a profile that profile-level-id can name.
type h264Profile uint8

const (
	h264ConstrainedBaseline h264Profile = iota + 1
	h264Baseline
	h264Main
	h264ConstrainedHigh
	h264High
	h264PredictiveHigh444
)

// h264Level is level_idc: ten times the level's number. Level 1b has no
// level_idc of its own and takes 0 here.
type h264Level uint8

const (
	h264Level1b  h264Level = 0
	h264Level1   h264Level = 10
	h264Level1_1 h264Level = 11
	h264Level3_1 h264Level = 31
)

// h264ProfileLevel is what profile-level-id says.
type h264ProfileLevel struct {
	profile h264Profile
	level   h264Level
}

// parseH264ProfileLevelId reads the three bytes in hexadecimal digits
// (RFC 6184 section 8.1):
//
//	+-------------+-------------+-----------+
//	| profile_idc | profile-iop | level_idc |
//	+-------------+-------------+-----------+
func parseH264ProfileLevelId(s string) (h264ProfileLevel, bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 3 {
		return h264ProfileLevel{}, false
	}
	level, ok := h264LevelOf(b[2], b[1])
	if !ok {
		return h264ProfileLevel{}, false
	}
	profile, ok := h264ProfileOf(b[0], b[1])
	return h264ProfileLevel{profile, level}, ok
}

// h264ProfileOf follows table 5 of RFC 6184 section 8.1. WebRTC's Constrained
// High, profile-iop 0c, is not in it.
func h264ProfileOf(idc, iop byte) (h264Profile, bool) {
	switch {
	case idc == 0x42 && iop&0x4f == 0x40,
		idc == 0x4d && iop&0x8f == 0x80,
		idc == 0x58 && iop&0xcf == 0xc0:
		return h264ConstrainedBaseline, true
	case idc == 0x42 && iop&0x4f == 0,
		idc == 0x58 && iop&0xcf == 0x80:
		return h264Baseline, true
	case idc == 0x4d && iop&0xaf == 0:
		return h264Main, true
	case idc == 0x64 && iop == 0:
		return h264High, true
	case idc == 0x64 && iop == 0x0c:
		return h264ConstrainedHigh, true
	case idc == 0xf4 && iop == 0:
		return h264PredictiveHigh444, true
	}
	return 0, false
}

// h264LevelOf reads level_idc; constraint_set3_flag makes 1b of level 1.1.
func h264LevelOf(idc, iop byte) (h264Level, bool) {
	const constraintSet3 = 0x10
	switch idc {
	case 10, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52:
		return h264Level(idc), true
	case 11:
		if iop&constraintSet3 != 0 {
			return h264Level1b, true
		}
		return h264Level1_1, true
	}
	return 0, false
}

// String returns the canonical profile-level-id, or "" where there is none.
func (p h264ProfileLevel) String() string {
	if p.level == h264Level1b {
		return p.profile.level1b()
	}
	front := p.profile.idcIop()
	if front == "" {
		return ""
	}
	return fmt.Sprintf("%s%02x", front, uint8(p.level))
}

func (p h264Profile) level1b() string {
	switch p {
	case h264ConstrainedBaseline:
		return "42f00b"
	case h264Baseline:
		return "42100b"
	case h264Main:
		return "4d100b"
	}
	return "" // the higher profiles have no level 1b
}

func (p h264Profile) idcIop() string {
	switch p {
	case h264ConstrainedBaseline:
		return "42e0"
	case h264Baseline:
		return "4200"
	case h264Main:
		return "4d00"
	case h264ConstrainedHigh:
		return "640c"
	case h264High:
		return "6400"
	case h264PredictiveHigh444:
		return "f400"
	}
	return ""
}

// less orders levels as the npm package h264-profile-level-id does, which both
// mediasoup and mediasoup-client use: 1b comes after 1 and before 1.1, but seen
// from the other side every level but 1 counts as less than 1b. Browsers do not
// offer 1b; what matters is that both ends compute the same answer.
func (l h264Level) less(other h264Level) bool {
	switch {
	case l == h264Level1b:
		return other != h264Level1 && other != h264Level1b
	case other == h264Level1b:
		return l != h264Level1
	}
	return l < other
}

// h264ProfileLevelOf reads profile-level-id from a codec's parameters. Without
// one it takes Constrained Baseline 3.1 as WebRTC does, since old endpoints
// send none and mean that (RFC 6184 would say Baseline 1).
func h264ProfileLevelOf(p CodecParameters) (h264ProfileLevel, bool) {
	id := parameterOf(p, "profile-level-id", true)
	if id.kind == parameterNumber && id.number == 0 {
		return h264ProfileLevel{h264ConstrainedBaseline, h264Level3_1}, true
	}
	if id.kind != parameterText {
		return h264ProfileLevel{}, false
	}
	return parseH264ProfileLevelId(id.text)
}

// sameH264Profile compares profiles, not levels.
func sameH264Profile(a, b CodecParameters) bool {
	pa, okA := h264ProfileLevelOf(a)
	pb, okB := h264ProfileLevelOf(b)
	return okA && okB && pa.profile == pb.profile
}

// answerH264 returns the profile-level-id on which both ends, whose profiles
// are equal, agree: the local level if both allow asymmetry, else the lower
// (RFC 6184 section 8.2.2). It is "" if neither end names one.
func answerH264(local, remote CodecParameters) string {
	if !hasProfileLevelId(local) && !hasProfileLevelId(remote) {
		return ""
	}
	answer, okLocal := h264ProfileLevelOf(local)
	other, okRemote := h264ProfileLevelOf(remote)
	if !okLocal || !okRemote {
		return ""
	}
	asymmetric := allowsLevelAsymmetry(local) && allowsLevelAsymmetry(remote)
	if !asymmetric && !answer.level.less(other.level) {
		answer.level = other.level
	}
	return answer.String()
}

func hasProfileLevelId(p CodecParameters) bool {
	id := parameterOf(p, "profile-level-id", true)
	return id.kind == parameterText || id.number != 0
}

func allowsLevelAsymmetry(p CodecParameters) bool {
	value := parameterOf(p, "level-asymmetry-allowed", false)
	return value.text == "1" || value.number == 1
}
