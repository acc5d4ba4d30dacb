package playback

import (
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/sound"
	"takoshome/app/sound/soundtest"
)

// A friend's tone, through the network's goroutine, the jitter buffer, the mixer
// and a real sound server, is the same tone.
func TestToneThroughTheSpeaker(t *testing.T) {
	speaker := soundtest.Start(t).AddSpeaker("desk", "Desk")
	engine, err := sound.Open(sound.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	p, err := New(Config{Engine: engine, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	troubles := make(chan media.Trouble, 10)
	p.OnTrouble(func(trouble media.Trouble) { troubles <- trouble })
	p.SetSpeaker(speaker.ID())

	track := audioTrack(t)
	voice := p.PlayAudio(track)
	stop := hum(t, track)
	defer stop()
	eventually(t, "a tone", func() bool { return voice.Level() > 0.5 })
	recording := speaker.Record()
	defer recording.Stop()
	second := make([]int16, 2*48000)
	eventually(t, "the tone in the speaker", func() bool {
		recording.Read(second)
		lengths := periods(second)
		return len(lengths) > 400 && math.Abs(lengths[len(lengths)/2]-48000.0/440) < 0.5
	})
	select {
	case trouble := <-troubles:
		t.Errorf("trouble: %q", trouble)
	default:
	}
}

// hum sends the fixture's tone at its own pace.
func hum(t *testing.T, track *fakeTrack) (stop func()) {
	t.Helper()
	end, done := make(chan struct{}), make(chan struct{})
	s, all := newSender(t, "audio/opus"), frames(t, "tone.ogg")
	go func() {
		defer close(done)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for i := 0; ; i++ {
			track.send(s.packets(all[i%len(all)])...)
			select {
			case <-end:
				return
			case <-ticker.C:
			}
		}
	}()
	return func() { close(end); <-done }
}

// periods are the lengths of the periods of the left channel, sorted.
func periods(pcm []int16) (lengths []float64) {
	last := math.NaN()
	for i := 2; i < len(pcm); i += 2 {
		if pcm[i-2] >= 0 || pcm[i] < 0 {
			continue
		}
		a, b := float64(pcm[i-2]), float64(pcm[i])
		at := float64(i/2-1) - a/(b-a)
		if !math.IsNaN(last) {
			lengths = append(lengths, at-last)
		}
		last = at
	}
	slices.Sort(lengths)
	return lengths
}

func TestMissingSpeakerIsTrouble(t *testing.T) {
	soundtest.Start(t).AddSpeaker("desk", "Desk")
	engine, err := sound.Open(sound.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	p, err := New(Config{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	troubles := make(chan media.Trouble, 10)
	p.OnTrouble(func(trouble media.Trouble) { troubles <- trouble })
	p.SetSpeaker("unplugged")
	if trouble := within(t, troubles); trouble != media.TroubleGone {
		t.Errorf("%q", trouble)
	}
	track := audioTrack(t)
	voice := p.PlayAudio(track)
	defer hum(t, track)()
	eventually(t, "sound goes on by a clock", func() bool { return voice.Level() > 0.5 })
	p.SetSpeaker("desk")
	if trouble := within(t, troubles); trouble != media.TroubleNone {
		t.Errorf("%q", trouble)
	}
}
