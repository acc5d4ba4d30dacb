package ortc

import "testing"

func TestH264ProfileLevelId(t *testing.T) {
	tests := []struct {
		id, want string // want is the canonical form
	}{
		{"42e01f", "42e01f"},
		{"42E01F", "42e01f"},
		{"42c01f", "42e01f"},
		{"4d8028", "42e028"},
		{"58c01e", "42e01e"},
		{"42001f", "42001f"},
		{"58801f", "42001f"},
		{"4d0032", "4d0032"},
		{"4d4015", "4d0015"},
		{"640034", "640034"},
		{"640c1f", "640c1f"},
		{"f4001f", "f4001f"},
		{"42e00a", "42e00a"},
		{"42e00b", "42e00b"},
		{"42f00b", "42f00b"}, // level 1b by constraint_set3_flag
		{"42100b", "42100b"},
		{"4d100b", "4d100b"},
		{"000000", ""},
		{"", ""},
		{"42e01", ""},
		{"42e01f1f", ""},
		{"42e0zz", ""},
		{"-bffe1", ""},
		{"42e01e ", ""},
		{"42e035", ""}, // no such level
		{"64081f", ""}, // no such profile
		{"7a001f", ""},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			got, ok := parseH264ProfileLevelId(tt.id)
			if ok != (tt.want != "") {
				t.Fatalf("parsed %v, want %q", ok, tt.want)
			}
			if ok && got.String() != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestH264LevelOrder(t *testing.T) {
	levels := []h264Level{h264Level1, h264Level1b, h264Level1_1, 12, 13, 20, h264Level3_1, 52}
	for i, a := range levels {
		for j, b := range levels {
			want := i < j
			if b == h264Level1b {
				want = i > 1 // as h264-profile-level-id has it
			}
			if got := a.less(b); got != want {
				t.Errorf("level %d < %d: got %v, want %v", a, b, got, want)
			}
		}
	}
}

func TestAnswerH264(t *testing.T) {
	id := func(id string, asymmetry any) CodecParameters {
		return CodecParameters{"profile-level-id": id, "level-asymmetry-allowed": asymmetry}
	}
	tests := []struct {
		name          string
		local, remote CodecParameters
		want          string
	}{
		{"both allow asymmetry", id("42e034", 1), id("42e01f", 1.0), "42e034"},
		{"as text too", id("42e034", "1"), id("42e01f", 1), "42e034"},
		{"the lower of the remote", id("42e034", 1), id("42e01f", 0), "42e01f"},
		{"the lower of the local", id("42e00a", 0), id("42e01f", 1), "42e00a"},
		{"local 1b below remote 1.1", id("42f00b", 0), id("42e00b", 0), "42f00b"},
		{"remote 1b not below local 1.1", id("42e00b", 0), id("42f00b", 0), "42e00b"},
		{"remote 1b instead of local 1", id("42e00a", 0), id("42f00b", 0), "42f00b"},
		{"neither names one", CodecParameters{}, nil, ""},
		{"one names none", CodecParameters{}, id("42e034", 1), "42e01f"},
		{"unreadable", id("zz", 1), id("42e034", 1), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := answerH264(tt.local, tt.remote); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
