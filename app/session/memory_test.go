package session

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/media"
)

// inBubbleAt is inBubble with a file that outlives it.
func inBubbleAt(t *testing.T, path string, test func(*testing.T, *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, nil)
		test(t, b)
		b.end()
	})
}

func TestChoicesAreRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "call.json")
	inBubbleAt(t, path, func(t *testing.T, b *bench) {
		if s := b.now(); s.Choice.Processing != (media.Processing{Echo: true, Noise: true, Gain: true}) {
			t.Errorf("default %+v", s.Choice)
		}
		b.join()
		b.do(Choose(Microphone, "mic2"))
		b.do(Choose(Camera, media.None))
		b.do(Process(media.Processing{Echo: true}))
		b.do(PushToTalk(true))
		b.after(time.Second)
		if info, err := os.Stat(path); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
			t.Errorf("%v, %v", info, err)
		}
		b.do(Choose(Speaker, "out2")) // right before the end
	})
	inBubbleAt(t, path, func(t *testing.T, b *bench) {
		want := Choice{Microphone: "mic2", Speaker: "out2", Camera: media.None, Processing: media.Processing{Echo: true}, PushToTalk: true}
		if s := b.now(); s.Choice != want || s.Me.Name != "Me" {
			t.Errorf("got %+v", s)
		}
		b.computer.SetDevices(media.Devices{})
		b.do(Prepare(roomLink, Wishes{}, false))
		b.computer.Microphone().Config.Report(media.TroubleGone)
		if s := b.now(); len(s.Troubles) != 1 || s.Troubles[0].Name != "USB Headset" || s.Me.Camera || s.Me.Name != "Me" {
			t.Errorf("got %+v", s)
		}
	})
	if names, _ := filepath.Glob(path + "*"); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestDamagedFileIsKeptAside(t *testing.T) {
	for _, text := range []string{
		"", "{", "null null", `{"friends":[{"who":"","volume":100}]}`, `{"friends":[{"who":"a","volume":201}]}`,
		`{"choice":{"microphone":"a\u0000b"}}`, `{"name":"` + strings.Repeat("x", 41) + `"}`, `{"names":{"nose":"x"}}`,
		strings.Repeat(" ", maxMemoryBytes+1),
	} {
		path := filepath.Join(t.TempDir(), "call.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		inBubbleAt(t, path, func(t *testing.T, b *bench) {
			if s := b.now(); !s.Choice.Processing.Echo || s.Me.Name != "" {
				t.Errorf("%.20q: %+v", text, s)
			}
			b.wantTold("notice.choicesDamaged")
			if got := b.told()[0].args["path"]; got != path+damagedSuffix {
				t.Errorf("told of %s", got)
			}
		})
		if kept, err := os.ReadFile(path + damagedSuffix); err != nil || string(kept) != text {
			t.Errorf("%.20q: kept %.20q, %v", text, kept, err)
		}
	}
}

func TestFileThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "call.json")
	inBubbleAt(t, path, func(_ *testing.T, b *bench) {
		b.do(PushToTalk(true))
		b.after(time.Second)
		b.do(PushToTalk(false))
		b.after(time.Second)
		b.wantTold("notice.choicesNotKept") // once
	})
}

func TestFriendsAreBounded(t *testing.T) {
	m := newMemory()
	for i := range maxFriends + 10 {
		m.keep(friend{Who: fmt.Sprint(i), Volume: 50})
	}
	if volume, _ := m.of("9"); len(m.Friends) != maxFriends || volume != fullVolume {
		t.Errorf("%d friends, the oldest %d", len(m.Friends), volume)
	}
	m.keep(friend{Who: "509", Volume: fullVolume})
	if len(m.Friends) != maxFriends-1 || m.validate() != nil {
		t.Error("somebody of usual loudness is remembered")
	}
	if a, b := friendKey("h", "Bob"), friendKey("i", "Bob"); a == b {
		t.Error("guests of two hosts are one")
	}
	if a, b := friendKey("h", "b@b.example"), friendKey("i", "b@b.example"); a != b {
		t.Error("a friend is two")
	}
}

func FuzzMemory(f *testing.F) {
	f.Add([]byte(`{"name":"a","choice":{"microphone":"x","processing":{"echo":true}},"friends":[{"who":"a","volume":3}]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseMemory(text)
		if err == nil && m.validate() != nil {
			t.Error("a bad file was taken")
		}
	})
}
