package devicetest

import (
	"sync"
	"time"

	"takoshome/app/media"
)

// Playback plays nothing, and counts what it would.
type Playback struct {
	closed  func()
	readers sync.WaitGroup

	// mu protects all that follows.
	mu       sync.Mutex
	speaker  string
	deafened bool
	trouble  func(media.Trouble)
	voices   []*Voice
	pictures []*Picture
	isClosed bool
}

// OnTrouble takes where trouble of the speaker is told.
func (p *Playback) OnTrouble(report func(media.Trouble)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = report
}

// Trouble tells trouble of the speaker.
func (p *Playback) Trouble(t media.Trouble) {
	p.mu.Lock()
	report := p.trouble
	p.mu.Unlock()
	report(t)
}

// SetSpeaker remembers the ID.
func (p *Playback) SetSpeaker(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.speaker = id
}

// SetDeafened remembers the switch.
func (p *Playback) SetDeafened(deafened bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deafened = deafened
}

// State is what was asked of it last.
func (p *Playback) State() (speaker string, deafened, closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.speaker, p.deafened, p.isClosed
}

// Voices are those that were ever played.
func (p *Playback) Voices() []*Voice {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Voice(nil), p.voices...)
}

// Pictures are those that were ever shown.
func (p *Playback) Pictures() []*Picture {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Picture(nil), p.pictures...)
}

// PlayAudio reads the track to its end.
func (p *Playback) PlayAudio(track media.RemoteTrack) media.Voice {
	v := &Voice{}
	p.mu.Lock()
	p.voices = append(p.voices, v)
	p.mu.Unlock()
	p.readers.Go(func() { v.read(track) })
	return v
}

// PlayVideo reads the track to its end.
func (p *Playback) PlayVideo(track media.RemoteTrack) media.Picture {
	v := &Picture{}
	p.mu.Lock()
	p.pictures = append(p.pictures, v)
	p.mu.Unlock()
	p.readers.Go(func() { v.read(track) })
	return v
}

// Close waits for the ends of all tracks.
func (p *Playback) Close() error {
	p.readers.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isClosed {
		p.isClosed = true
		p.closed()
	}
	return nil
}

// stream counts the packets of a track.
type stream struct {
	mu       sync.Mutex
	packets  int // mu protects all that follows
	payload  []byte
	isClosed bool
}

func (s *stream) read(track media.RemoteTrack) {
	for {
		packet, err := track.ReadRTP()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.packets++
		s.payload = append([]byte(nil), packet.Payload...)
		s.mu.Unlock()
	}
}

// Received is how many packets came, and what the last one held.
func (s *stream) Received() (packets int, payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.packets, s.payload
}

// Close ends the playing.
func (s *stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isClosed = true
}

// IsClosed reports whether Close was called.
func (s *stream) IsClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isClosed
}

// Voice is a friend's sound.
type Voice struct {
	stream
	volume int     // stream.mu protects it
	level  float64 // and this
}

// SetVolume remembers the loudness.
func (v *Voice) SetVolume(percent int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.volume = percent
}

// Volume is what was set last.
func (v *Voice) Volume() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.volume
}

// Level is that of SetLevel.
func (v *Voice) Level() float64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.level
}

// SetLevel says how loud the friend is.
func (v *Voice) SetLevel(level float64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.level = level
}

// Stats counts packets.
func (v *Voice) Stats() media.VoiceStats {
	packets, _ := v.Received()
	return media.VoiceStats{Packets: uint64(packets)}
}

// Picture is a friend's video.
type Picture struct {
	stream
	view  *media.View        // stream.mu protects it
	stats media.PictureStats // and this
}

// Show remembers the place.
func (p *Picture) Show(view *media.View) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.view = view
}

// View is the place where it is shown.
func (p *Picture) View() *media.View {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view
}

// Stats are those of the last Frame.
func (p *Picture) Stats() media.PictureStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Frame says that a frame of a size was decoded.
func (p *Picture) Frame(width, height int, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Width, p.stats.Height, p.stats.LastFrame = width, height, at
	p.stats.Frames++
}
