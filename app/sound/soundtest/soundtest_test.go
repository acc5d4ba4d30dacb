package soundtest

import (
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"testing"
)

// hear records from a microphone with PulseAudio's own program.
func hear(t *testing.T, p *Pulse, id string, samples int) []int16 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, "parec", "-d", id, "--raw", "--format=s16le", "--rate=48000", "--channels=1", "--latency-msec=10")
	command.Env = p.clientEnv()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, samples)
	err = binary.Read(out, binary.LittleEndian, pcm)
	cancel()
	_ = command.Wait()
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	return pcm
}

func TestMicrophoneGivesEverySampleOnce(t *testing.T) {
	p := Start(t)
	mic := p.AddMicrophone("headset", "USB Headset")
	var count int16
	mic.Feed(func(pcm []int16) {
		for i := range pcm {
			pcm[i] = count
			count++
		}
	})
	pcm := hear(t, p, mic.ID(), rateHz)
	for i := 1; i < len(pcm); i++ {
		if pcm[i] != pcm[i-1]+1 && pcm[i-1] != 0 {
			t.Fatalf("sample %d is %d after %d", i, pcm[i], pcm[i-1])
		}
	}
}

func TestRecordingHearsTheSpeaker(t *testing.T) {
	p := Start(t)
	speaker := p.AddSpeaker("desk", "Desk Speaker")
	recording := speaker.Record()
	player := exec.Command("pacat", "-d", speaker.ID(), "--raw", "--format=s16le", "--rate=48000", "--channels=2")
	player.Env = p.clientEnv()
	in, err := player.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := player.Start(); err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, rateHz)
	for i := range pcm {
		pcm[i] = int16(1000 + i%2)
	}
	if err := binary.Write(in, binary.LittleEndian, pcm); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	defer func() { _ = player.Wait() }()
	heard := make([]int16, 2)
	for heard[0] != 1000 || heard[1] != 1001 {
		recording.Read(heard)
	}
	recording.Stop()
}

func TestServerComesAndGoes(t *testing.T) {
	p := Start(t)
	p.AddSpeaker("desk", "Desk").Remove()
	p.Stop()
	if _, err := p.control("info"); err == nil {
		t.Error("the server answers after Stop")
	}
	p.Restart()
	if playing, recording := p.Streams(); playing+recording != 0 {
		t.Errorf("streams: %d, %d", playing, recording)
	}
}

func TestNothingIsLeft(t *testing.T) {
	var folder string
	t.Run("use", func(t *testing.T) {
		p := Start(t)
		p.AddMicrophone("headset", "Headset")
		folder = p.folder
	})
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder of the server is still there: %v", err)
	}
}
