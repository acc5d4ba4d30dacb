package playback

import (
	"errors"
	"image"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"takoshome/app/media"
	"takoshome/app/playback/assembly"
)

const frameTime = time.Second / 30

// friend sends a fixture's frames again and again over a network that loses
// packets, sends again what was lost if it can, and answers keyframe requests.
type friend struct {
	t       *testing.T
	track   *fakeTrack
	sender  *sender
	frames  [][]byte
	next    int
	random  *rand.Rand
	percent int           // of packets that get lost
	resend  time.Duration // after which lost ones come again, once or twice; 0: never
	answer  time.Duration // after which a request for a keyframe has arrived
	coming  []late
	key     time.Time // when to send one; zero: not asked for
	asked   int
	sent    int
}

type late struct {
	at    time.Time
	p     *rtp.Packet
	tries int
}

func newFriend(t *testing.T, mime, file string) *friend {
	t.Helper()
	return &friend{
		t: t, track: videoTrack(t, mime), sender: newSender(t, mime), frames: frames(t, file),
		random: rand.New(rand.NewPCG(21, 22)), answer: 50 * time.Millisecond,
	}
}

// call sends for a while.
func (f *friend) call(length time.Duration) {
	for end := time.Now().Add(length); time.Now().Before(end); {
		for _, p := range f.sender.packets(f.frame()) {
			f.try(p, 0)
		}
		for tick := time.Now().Add(frameTime); time.Now().Before(tick); time.Sleep(frameTime / 8) {
			f.deliver()
		}
	}
}

// frame is the next one, or the first, which is a keyframe, if one was asked for.
func (f *friend) frame() []byte {
	select {
	case <-f.track.asked:
		f.asked++
		if f.key.IsZero() {
			f.key = time.Now().Add(f.answer)
		}
	default:
	}
	if !f.key.IsZero() && time.Now().After(f.key) {
		f.next, f.key = 0, time.Time{}
	}
	frame := f.frames[f.next%len(f.frames)]
	f.next++
	f.sent++
	return frame
}

func (f *friend) try(p *rtp.Packet, tries int) {
	switch {
	case f.random.IntN(100) >= f.percent:
		f.track.send(p)
	case f.resend > 0 && tries < 3:
		f.coming = append(f.coming, late{time.Now().Add(f.resend), p, tries + 1})
	}
}

func (f *friend) deliver() {
	waiting := f.coming
	f.coming = nil
	for _, l := range waiting {
		if time.Now().Before(l.at) {
			f.coming = append(f.coming, l)
			continue
		}
		f.try(l.p, l.tries)
	}
}

// watch collects the times between frames until it is stopped.
func watch(picture media.Picture) (stop func() (longest time.Duration)) {
	end, result := make(chan struct{}), make(chan time.Duration)
	go func() {
		longest, last := time.Duration(0), time.Now()
		count := picture.Stats().Frames
		for {
			select {
			case <-end:
				result <- longest
				return
			case <-time.After(5 * time.Millisecond):
			}
			if now := picture.Stats().Frames; now != count {
				count, last = now, time.Now()
			}
			longest = max(longest, time.Since(last))
		}
	}()
	return func() time.Duration { close(end); return <-result }
}

func TestVideoRecoversFromLoss(t *testing.T) {
	tests := []struct {
		name            string
		resend, longest time.Duration
	}{
		{"with retransmissions", 60 * time.Millisecond, 400 * time.Millisecond},
		// The keyframes that are asked for get lost as well.
		{"with keyframes alone", 0, 2 * time.Second},
	}
	for _, format := range formats {
		for _, test := range tests {
			t.Run(format.mime+" "+test.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := newSilent(t)
					f := newFriend(t, format.mime, format.file)
					f.resend = test.resend
					picture := p.PlayVideo(f.track)
					f.call(time.Second)
					stop := watch(picture)
					f.percent = 5
					f.call(30 * time.Second)
					longest := stop()
					stats := picture.Stats()
					t.Logf("%d sent, %+v, %d keyframes asked for, longest %v", f.sent, stats, f.asked, longest)
					if longest > test.longest {
						t.Errorf("no frame for %v", longest)
					}
					if test.resend > 0 && (f.asked > 3 || stats.Frames < uint64(f.sent)*95/100) {
						t.Errorf("%d of %d frames, %d keyframes asked for", stats.Frames, f.sent, f.asked)
					}
				})
			})
		}
	}
}

func TestSteadyVideoAsksForNoKeyFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSilent(t)
		f := newFriend(t, "video/VP8", "vp8.ivf")
		picture := p.PlayVideo(f.track)
		f.call(10 * time.Second)
		if stats := picture.Stats(); f.asked > 0 || stats.Errors+stats.Freezes > 0 || stats.Frames < uint64(f.sent)-1 {
			t.Errorf("%d sent, %d asked for, %+v", f.sent, f.asked, stats)
		}
	})
}

// A paused video is not asked for keyframes for ever, and is no freeze.
func TestPausedVideo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSilent(t)
		f := newFriend(t, "video/VP8", "vp8.ivf")
		picture := p.PlayVideo(f.track)
		time.Sleep(time.Minute)
		if n := len(f.track.asked); n == 0 || n > silentRequests {
			t.Errorf("%d keyframes asked for", n)
		}
		f.call(time.Second)
		time.Sleep(time.Minute)
		f.next = 0
		f.call(time.Second)
		if stats := picture.Stats(); stats.Freezes > 0 || stats.Errors > 0 || stats.Frames < uint64(f.sent)-1 {
			t.Errorf("%+v", stats)
		}
	})
}

func TestFreezesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSilent(t)
		f := newFriend(t, "video/VP8", "vp8.ivf")
		f.frames = f.frames[:20] // one keyframe
		f.answer = 1500 * time.Millisecond
		picture := p.PlayVideo(f.track)
		f.call(500 * time.Millisecond)
		f.sender.seq += 10
		f.frames = frames(t, "vp8.ivf")[1:20]
		f.call(1500 * time.Millisecond)
		f.frames, f.next = frames(t, "vp8.ivf"), 0
		f.call(time.Second)
		if stats := picture.Stats(); stats.Freezes != 1 || stats.Errors != 0 {
			t.Errorf("%+v", stats)
		}
	})
}

// slowDecoder takes its time for each frame.
type slowDecoder struct {
	takes  time.Duration
	oldest time.Duration // the oldest frame that was decoded
	broken bool
}

func (d *slowDecoder) decode(f assembly.Frame, into *image.YCbCr) (*image.YCbCr, error) {
	time.Sleep(d.takes)
	d.oldest = max(d.oldest, time.Since(f.At))
	if d.broken {
		return nil, ErrCorrupt
	}
	into, _ = fitPicture(into, 160, 120)
	return into, nil
}

func (d *slowDecoder) close() {}

func playWith(t *testing.T, p *Playback, track media.RemoteTrack, d decoder) *Picture {
	t.Helper()
	v := newPicture(p, track)
	v.decoder = d
	p.start(v)
	return v
}

func TestSlowDecoderStaysNearTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSilent(t)
		f := newFriend(t, "video/VP8", "vp8.ivf")
		d := &slowDecoder{takes: 100 * time.Millisecond}
		picture := playWith(t, p, f.track, d)
		f.call(20 * time.Second)
		stats := picture.Stats()
		picture.Close()
		t.Logf("%+v, oldest %v, %d asked for", stats, d.oldest, f.asked)
		if d.oldest > maxBehind+2*d.takes {
			t.Errorf("a frame was %v old", d.oldest)
		}
		if stats.Frames < 120 {
			t.Errorf("%d frames", stats.Frames)
		}
	})
}

func TestErrorsAskForKeyFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSilent(t)
		f := newFriend(t, "video/VP8", "vp8.ivf")
		d := &slowDecoder{broken: true}
		picture := playWith(t, p, f.track, d)
		f.call(20 * time.Second)
		stats := picture.Stats()
		if stats.Errors < 5 || stats.Frames != 0 || f.asked < 5 || f.asked > 20 {
			t.Errorf("%+v, %d keyframes asked for in 20 s", stats, f.asked)
		}
	})
}

func TestLastPictureIsDrawnInANewView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSilent(t)
		f := newFriend(t, "video/VP8", "vp8.ivf")
		picture := p.PlayVideo(f.track)
		f.call(time.Second)
		for range 3 {
			view, drawn := newView()
			picture.Show(view)
			synctest.Wait()
			if len(drawn) != 1 {
				t.Errorf("drawn %d times", len(drawn))
			}
		}
		picture.Show(nil)
		f.call(100 * time.Millisecond)
	})
}

func TestUnknownVideoIsReadAndShowsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSilent(t)
		f := newFriend(t, "video/VP8", "vp8.ivf")
		f.track.codec.MimeType = "video/AV1"
		picture := p.PlayVideo(f.track)
		view, _ := newView()
		picture.Show(view)
		f.call(time.Second)
		if stats := picture.Stats(); stats.Frames != 0 || f.asked > 0 {
			t.Errorf("%+v, %d asked for", stats, f.asked)
		}
	})
}

// silentTrack cannot be interrupted: its reader ends with the track.
type silentTrack struct{ ended chan struct{} }

func (silentTrack) Codec() media.Codec { return media.Codec{MimeType: "video/VP8"} }
func (silentTrack) RequestKeyFrame()   {}
func (s silentTrack) ReadRTP() (*rtp.Packet, error) {
	<-s.ended
	return nil, errors.New("ended")
}

func TestCloseDoesNotWaitForTheTrack(t *testing.T) {
	p := newPlayback(slog.New(slog.DiscardHandler), noSpeaker)
	track := silentTrack{make(chan struct{})}
	picture, voice := p.PlayVideo(track), p.PlayAudio(track)
	picture.Close()
	picture.Close()
	voice.Close()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	late, lateVoice := p.PlayVideo(track), p.PlayAudio(track)
	late.Show(nil)
	late.Close()
	lateVoice.Close()
	close(track.ended)
}
