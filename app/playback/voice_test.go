package playback

import (
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"takoshome/app/media"
)

// talk lets a friend hum, packet by packet as the speaker asks for it: each call
// of next is 10 ms.
func talk(t *testing.T, p *Playback) (voice media.Voice, next func() []int16) {
	t.Helper()
	track := audioTrack(t)
	v := newVoice(p, track)
	p.mu.Lock()
	p.storeVoices(append(p.otherVoices(v), v))
	p.mu.Unlock()
	s, all := newSender(t, "audio/opus"), frames(t, "tone.ogg")
	now, count := time.Now(), 0
	pcm := make([]int16, block)
	return v, func() []int16 {
		if count%2 == 0 {
			v.stream.Put(now, s.packets(all[count/2%len(all)])[0])
		}
		p.mix(now, pcm)
		now = now.Add(10 * time.Millisecond)
		count++
		return pcm
	}
}

func peakOf(next func() []int16, blocks int) (peak int16) {
	for range blocks {
		peak = max(peak, slices.Max(next()))
	}
	return peak
}

func TestVolumeAndDeafen(t *testing.T) {
	p := newSilent(t)
	voice, next := talk(t, p)
	peakOf(next, 50)
	loud, level := peakOf(next, 10), voice.Level()
	if loud < 5000 || level < 0.5 {
		t.Fatalf("peak %d, level %v", loud, level)
	}
	for percent, want := range map[int]int16{50: loud / 2, 0: 0, -5: 0, 150: loud / 2 * 3} {
		voice.SetVolume(percent)
		next()
		if peak := peakOf(next, 10); peak < want-want/5 || peak > want+want/5 {
			t.Errorf("peak %d at %d %%, want %d", peak, percent, want)
		}
	}
	for _, percent := range []int{200, 1000} {
		voice.SetVolume(percent)
		next()
		if peak := peakOf(next, 10); peak < loud || peak < ceiling/2 {
			t.Errorf("peak %d at %d %%", peak, percent)
		}
	}
	p.SetDeafened(true)
	next()
	if peak := peakOf(next, 10); peak != 0 {
		t.Errorf("peak %d while deafened", peak)
	}
	if l := voice.Level(); l < level-0.1 {
		t.Errorf("the level is %v while deafened, was %v", l, level)
	}
	p.SetDeafened(false)
	next()
	if peak := peakOf(next, 10); peak < loud {
		t.Errorf("peak %d after that", peak)
	}
	voice.Close()
	if peak := peakOf(next, 10); peak > ceiling/50 {
		t.Errorf("peak %d after the voice was closed", peak)
	}
	if l := voice.Level(); l != 0 {
		t.Errorf("level %v after the voice was closed", l)
	}
}

func TestManyVoicesComeAndGo(t *testing.T) {
	p := newPlayback(slog.New(slog.DiscardHandler), noSpeaker)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		pcm := make([]int16, block)
		for {
			select {
			case <-stop:
				return
			default:
				p.fill(pcm)
			}
		}
	}()
	all := frames(t, "tone.ogg")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 5 {
				track := audioTrack(t)
				voice := p.PlayAudio(track)
				s := newSender(t, "audio/opus")
				for i := range 20 {
					track.send(s.packets(all[i])...)
					voice.SetVolume(i * 10)
					voice.Level()
					voice.Stats()
				}
				voice.Close()
				track.close()
			}
		})
	}
	group.Wait()
	close(stop)
	<-stopped
	if n := len(*p.voices.Load()); n > 0 {
		t.Errorf("%d voices are left", n)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestUnknownSoundIsReadAndSilent(t *testing.T) {
	p := newSilent(t)
	track := audioTrack(t)
	track.codec.MimeType = "audio/PCMU"
	voice := p.PlayAudio(track)
	s := newSender(t, "audio/opus")
	pcm := make([]int16, block)
	for _, packet := range frames(t, "tone.ogg")[:50] {
		track.send(s.packets(packet)...)
		p.fill(pcm)
	}
	if slices.Max(pcm) != 0 || voice.Level() != 0 {
		t.Error("something is heard")
	}
}

// fakeSpeakers notes what is asked of the engine.
type fakeSpeakers struct {
	mu     sync.Mutex
	ids    []string
	closed int
	report func(media.Trouble)
	err    error
}

func (f *fakeSpeakers) open(id string, _ func([]int16), report func(media.Trouble)) (output, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids, f.report = append(f.ids, id), report
	if f.err != nil {
		return nil, f.err
	}
	return f, nil
}

func (f *fakeSpeakers) SetDevice(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids = append(f.ids, "then "+id)
}

func (f *fakeSpeakers) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed++
	return nil
}

func TestSpeakerIsOpenedWhenNeeded(t *testing.T) {
	f := &fakeSpeakers{}
	p := newPlayback(slog.New(slog.DiscardHandler), f.open)
	if len(f.ids) > 0 {
		t.Errorf("%v at first", f.ids)
	}
	p.PlayAudio(audioTrack(t))
	p.PlayAudio(audioTrack(t))
	p.SetSpeaker("usb")
	p.SetSpeaker(media.None)
	if want := []string{"", "then usb", "then none"}; !slices.Equal(f.ids, want) {
		t.Errorf("%q, want %q", f.ids, want)
	}
	for range 2 {
		if err := p.Close(); err != nil || f.closed != 1 {
			t.Errorf("closed %d times, %v", f.closed, err)
		}
	}
	p.SetSpeaker("usb")
	if len(f.ids) != 3 {
		t.Error("a speaker was opened after Close")
	}
}

func TestSpeakerTroubleIsReported(t *testing.T) {
	f := &fakeSpeakers{}
	p := newPlayback(slog.New(slog.DiscardHandler), f.open)
	defer func() { _ = p.Close() }()
	p.SetSpeaker("usb")
	f.report(media.TroubleGone)
	var got []media.Trouble
	p.OnTrouble(func(trouble media.Trouble) { got = append(got, trouble) })
	f.report(media.TroubleGone)
	f.report(media.TroubleBusy)
	f.report(media.TroubleNone)
	f.report(media.TroubleNone)
	if want := []media.Trouble{media.TroubleGone, media.TroubleBusy, media.TroubleNone}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSpeakerThatCannotBeOpened(t *testing.T) {
	f := &fakeSpeakers{err: errors.New("no such thing")}
	p := newPlayback(slog.New(slog.DiscardHandler), f.open)
	defer func() { _ = p.Close() }()
	var got []media.Trouble
	p.OnTrouble(func(trouble media.Trouble) { got = append(got, trouble) })
	p.SetSpeaker("?")
	f.err = nil
	p.SetSpeaker("usb")
	f.report(media.TroubleNone)
	if want := []media.Trouble{media.TroubleBroken, media.TroubleNone}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNewWantsAnEngine(t *testing.T) {
	if _, err := New(Config{}); !errors.Is(err, ErrConfig) {
		t.Errorf("%v", err)
	}
}
