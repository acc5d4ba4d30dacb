package playback

import (
	"log/slog"
	"testing"
	"time"

	"takoshome/app/media"
)

func TestVoiceIsHeard(t *testing.T) {
	p := newPlayback(slog.New(slog.DiscardHandler), noSpeaker)
	defer p.Close()
	track := audioTrack(t)
	voice := p.PlayAudio(track)
	s := newSender(t, "audio/opus")
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, packet := range frames(t, "tone.ogg") {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			track.send(s.packets(packet)...)
		}
	}()
	pcm := make([]int16, block)
	eventually(t, "a tone", func() bool {
		p.fill(pcm)
		return voice.Level() > 0.5
	})
	close(stop)
	track.close()
	<-done
}

var _ media.Voice = (*Voice)(nil)
