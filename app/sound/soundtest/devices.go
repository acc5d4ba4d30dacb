package soundtest

import (
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// rateHz is the sampling rate of everything here.
const rateHz = 48000

// Speaker is a virtual speaker: two channels at 48 kHz.
type Speaker struct {
	pulse  *Pulse
	id     string
	unload func()
}

// AddSpeaker plugs in a virtual speaker with an ID of letters, digits and "_",
// and a name for people, without quotes.
func (p *Pulse) AddSpeaker(id, name string) *Speaker {
	p.t.Helper()
	return &Speaker{pulse: p, id: id, unload: p.load("module-null-sink",
		"sink_name="+id, "format=s16le", "rate=48000", "channels=2", "norewinds=1",
		description("sink", name))}
}

// ID is the ID of the speaker, which PulseAudio calls the name of a sink.
func (s *Speaker) ID() string { return s.id }

// Remove unplugs the speaker.
func (s *Speaker) Remove() { s.pulse.t.Helper(); s.unload() }

// AddLoop plugs in a virtual microphone that hears what a speaker plays.
func (p *Pulse) AddLoop(id, name string, heard *Speaker) *Microphone {
	p.t.Helper()
	return &Microphone{pulse: p, id: id, unload: p.load("module-remap-source",
		"source_name="+id, "master="+heard.id+".monitor", "channels=2", "remix=no", description("source", name))}
}

// Recording is what a speaker plays, from the moment Record returned.
type Recording struct {
	pulse   *Pulse
	out     io.ReadCloser
	command *exec.Cmd
	wait    func()
}

// Record begins to record what the speaker plays. It returns when the first
// sample has come.
func (s *Speaker) Record() *Recording {
	p := s.pulse
	p.t.Helper()
	command := exec.Command("parec", "-d", s.id+".monitor", "--raw", "--format=s16le", "--rate=48000",
		"--channels=2", "--latency-msec=10", "--client-name=recording")
	command.Env = p.clientEnv()
	out, err := command.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	wait, err := startTied(command)
	if err != nil {
		p.t.Fatalf("parec (Debian package pulseaudio-utils): %v", err)
	}
	r := &Recording{pulse: p, out: out, command: command, wait: wait}
	p.t.Cleanup(r.Stop)
	r.Read(make([]int16, 2))
	return r
}

// Read fills pcm with the next samples, left and right in turn. It fails the
// test when the recording ends before.
func (r *Recording) Read(pcm []int16) {
	r.pulse.t.Helper()
	if err := binary.Read(r.out, binary.LittleEndian, pcm); err != nil {
		r.pulse.t.Fatalf("the recording ended: %v", err)
	}
}

// Stop ends the recording.
func (r *Recording) Stop() {
	if r.wait == nil {
		return
	}
	_ = r.command.Process.Kill()
	r.wait()
	_ = r.out.Close()
	r.wait = nil
}

// Microphone is a virtual microphone: one channel at 48 kHz.
type Microphone struct {
	pulse  *Pulse
	id     string
	unload func()
	feeder *feeder // nil for one that hears a speaker
}

// AddMicrophone plugs in a virtual microphone, silent at first; ID and name are
// as in AddSpeaker.
func (p *Pulse) AddMicrophone(id, name string) *Microphone {
	p.t.Helper()
	path := filepath.Join(p.folder, id+".pipe")
	// The module makes the pipe and removes it, but for a server that crashed.
	_ = os.Remove(path)
	m := &Microphone{pulse: p, id: id}
	m.unload = p.load("module-pipe-source", "source_name="+id, "file="+path,
		"format=s16le", "rate=48000", "channels=1", description("source", name))
	feeder, err := startFeeder(path)
	if err != nil {
		p.t.Fatalf("feed a microphone: %v", err)
	}
	m.feeder = feeder
	p.t.Cleanup(feeder.close)
	return m
}

// ID is the ID of the microphone, which PulseAudio calls the name of a source.
func (m *Microphone) ID() string { return m.id }

// Feed makes the microphone hear what fill gives, 10 ms of samples at a time;
// fill must not block. Nil is silence.
func (m *Microphone) Feed(fill func(pcm []int16)) { m.feeder.set(fill) }

// Remove unplugs the microphone.
func (m *Microphone) Remove() {
	m.pulse.t.Helper()
	if m.feeder != nil {
		m.feeder.close()
	}
	m.unload()
}
