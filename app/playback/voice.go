package playback

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"takoshome/app/media"
	"takoshome/app/playback/jitter"
)

// maxVolume is the loudest there is, in percent.
const maxVolume = 200

// Voice implements media.Voice.
type Voice struct {
	playback *Playback
	track    media.RemoteTrack
	stream   *jitter.Stream
	volume   atomic.Int32 // full at 100 %
	closing  sync.Once
	stopped  atomic.Bool

	loudness int32 // what the volume was 10 ms ago; belongs to the speaker's clock
}

func newVoice(p *Playback, track media.RemoteTrack) *Voice {
	allowReads(track)
	v := &Voice{playback: p, track: track, loudness: full}
	v.volume.Store(full)
	var decoder jitter.Decoder = noDecoder{}
	if mime := track.Codec().MimeType; strings.EqualFold(mime, "audio/opus") {
		d, err := newOpusDecoder()
		if err == nil {
			decoder = d
		}
		logIf(p.logger, "sound cannot be decoded", err)
	} else {
		p.logger.Warn("sound in a format that is not known", "format", mime)
	}
	v.stream = jitter.NewStream(decoder)
	return v
}

// SetVolume implements media.Voice.
func (v *Voice) SetVolume(percent int) {
	v.volume.Store(int32(min(max(percent, 0), maxVolume) * full / 100))
}

// Level implements media.Voice.
func (v *Voice) Level() float64 {
	if v.stopped.Load() {
		return 0
	}
	return v.stream.Level()
}

// Stats implements media.Voice.
func (v *Voice) Stats() media.VoiceStats { return v.stream.Stats() }

// Close implements media.Voice. The goroutine that reads the track ends with the
// next packet or with the track, whichever comes first.
func (v *Voice) Close() {
	v.closing.Do(func() {
		v.stopped.Store(true)
		interrupt(v.track)
		v.playback.removeVoice(v)
	})
}

// abandon is Close for a voice that never played.
func (v *Voice) abandon() { v.stopped.Store(true) }

func (v *Voice) read() {
	for !v.stopped.Load() {
		p, err := v.track.ReadRTP()
		if err != nil {
			return
		}
		v.stream.Put(time.Now(), p)
	}
}

// noDecoder makes silence of what nobody can decode.
type noDecoder struct{}

func (noDecoder) Decode([]byte, []int16) (int, error) { return 0, ErrDecoder }
func (noDecoder) Correct([]byte, []int16) error       { return ErrDecoder }
func (noDecoder) Conceal([]int16) error               { return ErrDecoder }
