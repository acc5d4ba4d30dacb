package sfu

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtp"

	"takoshome/sfu/ortc"
)

// loudPacket says how loud it is, with the bit for a voice.
func loudPacket(t testing.TB, sequence uint16, level uint8) *rtp.Packet {
	t.Helper()
	packet := audioPacket(sequence)
	mustSetExtension(t, packet, testLevelID, string([]byte{0x80 | level}))
	return packet
}

func TestVoice(t *testing.T) {
	for _, test := range []struct {
		name    string
		packets [][]byte
		want    int8
	}{
		{"no packet", nil, -127},
		{"no extension", [][]byte{nil, {}}, -127},
		{"wrong length", [][]byte{{1, 2}}, -127},
		{"the loudest", [][]byte{{0x80}, {0}}, 0},
		{"silence", [][]byte{{127}, {0xFF}}, -127},
		{"mean, with and without a voice", [][]byte{{30}, {0x80 | 50}, nil, {40}}, -40},
	} {
		var v voice
		for _, extension := range test.packets {
			v.hearLocked(extension)
		}
		if got := v.takeLocked(); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
		if got := v.takeLocked(); got != -silence {
			t.Errorf("%s: then %d", test.name, got)
		}
	}
}

// told is what an observer tells, volumes as "name volume", silence as "".
func newTestObserver(t *testing.T, r *Router, options AudioLevelObserverOptions) (*AudioLevelObserver, chan string) {
	t.Helper()
	told := make(chan string, 1<<10)
	options.OnVolumes = func(volumes []AudioLevelVolume) {
		text := ""
		for _, v := range volumes {
			text += fmt.Sprintf("%s %d;", v.Producer.Source(), v.Volume)
		}
		offer(told, text)
	}
	options.OnSilence = func() { offer(told, "") }
	o, err := r.NewAudioLevelObserver(options)
	if err != nil {
		t.Fatal(err)
	}
	return o, told
}

// speaker is a Producer and what sends for it.
func newSpeaker(t *testing.T, r *Router, name string) (*testPeer, *Producer) {
	t.Helper()
	peer := connectTestPeer(t, newTestTransport(t, r, DirectionSend))
	p, err := peer.transport.Produce(ProducerOptions{
		Kind: ortc.KindAudio, RtpParameters: audioParameters(), Source: name,
	})
	if err != nil {
		t.Fatal(err)
	}
	return peer, p
}

func TestAudioLevelObserver(t *testing.T) {
	router := newTestRouter(t)
	o, told := newTestObserver(t, router, AudioLevelObserverOptions{MaxEntries: 2, Threshold: -60, Interval: time.Hour})
	router.server.ignore(o) // the test ticks
	now := time.Now()
	sequence := uint16(0)
	peers, producers := map[string]*testPeer{}, map[string]*Producer{}
	for _, name := range []string{"ann", "bob", "cyd", "dan"} {
		peers[name], producers[name] = newSpeaker(t, router, name)
		o.AddProducer(producers[name])
		o.AddProducer(producers[name])
	}
	o.RemoveProducer(producers["dan"])
	interval := func(want ...string) {
		t.Helper()
		now = now.Add(2 * time.Hour)
		o.tick(now)
		for _, text := range want {
			if got := receive(t, told, "news"); got != text {
				t.Errorf("told %q, want %q", got, text)
			}
		}
		if len(told) > 0 {
			t.Errorf("told %q too", <-told)
		}
	}
	speak := func(levels map[string]uint8) {
		t.Helper()
		sequence++
		for name, level := range levels {
			peers[name].sendRtp(loudPacket(t, sequence, level))
			p := producers[name]
			waitFor(t, "the packet of "+name, func() bool { return p.Stats().Layers[0].PacketCount == uint64(sequence) })
		}
	}
	all := func(ann, bob, cyd, dan uint8) map[string]uint8 {
		return map[string]uint8{"ann": ann, "bob": bob, "cyd": cyd, "dan": dan}
	}
	interval()
	speak(all(40, 20, 61, 0))
	interval("bob -20;ann -40;")
	speak(all(30, 20, 10, 0))
	interval("cyd -10;bob -20;") // no more than two
	speak(all(127, 127, 127, 0))
	interval("")
	interval()
	producers["bob"].Pause()
	speak(all(127, 20, 127, 0))
	interval()
	producers["bob"].Resume()
	speak(all(127, 25, 127, 0))
	interval("bob -25;")
	producers["bob"].Close()
	interval("")
	o.mu.Lock()
	left := len(o.producers)
	o.mu.Unlock()
	if left != 2 {
		t.Errorf("%d producers are still observed", left)
	}
}

// The server's ticker drives the observer, until it or its router is closed.
func TestAudioLevelObserverByItself(t *testing.T) {
	router := newTestRouter(t)
	o, told := newTestObserver(t, router, AudioLevelObserverOptions{Interval: 50 * time.Millisecond})
	peer, p := newSpeaker(t, router, "ann")
	o.AddProducer(p)
	peer.sendRtp(loudPacket(t, 1, 7))
	if got := receive(t, told, "volume"); got != "ann -7;" {
		t.Errorf("told %q", got)
	}
	if got := receive(t, told, "silence"); got != "" {
		t.Errorf("told %q", got)
	}
	o.Close()
	o.Close()
	second, _ := newTestObserver(t, router, AudioLevelObserverOptions{})
	router.Close()
	router.server.mu.Lock()
	left := len(router.server.observers)
	router.server.mu.Unlock()
	if left != 0 {
		t.Errorf("%d observers are left", left)
	}
	second.Close()
	if _, err := router.NewAudioLevelObserver(AudioLevelObserverOptions{}); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed router: got %v", err)
	}
}

func TestAudioLevelObserverOptions(t *testing.T) {
	router := newTestRouter(t)
	for _, options := range []AudioLevelObserverOptions{
		{MaxEntries: -1}, {Threshold: 1}, {Threshold: -128}, {Interval: -1},
	} {
		if _, err := router.NewAudioLevelObserver(options); !errors.Is(err, ErrBadOptions) {
			t.Errorf("%+v: got %v, want ErrBadOptions", options, err)
		}
	}
}

// Hearing how loud packets are costs no memory.
func TestHearingAllocatesNothing(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	// The test's receiver and the ticker allocate on goroutines of their own.
	c.receiver.transport.out.setRemote(udpRoute(newSink(t)))
	stopTicker(c.router.server)
	r := newTestReader(c.router.server)
	const runs = 200
	var sealed [][]byte
	for sequence := range uint16(runs + 1) {
		sealed = append(sealed, c.sender.seal(loudPacket(t, sequence+1, 20)))
	}
	got := testing.AllocsPerRun(runs, func() {
		c.sender.transport.handleRtp(time.Now(), sealed[0], r)
		r.flush()
		sealed = sealed[1:]
	})
	if got != 0 {
		t.Errorf("%v allocations a packet", got)
	}
	if sent := c.consumer.Stats().Stream.PacketCount; sent != runs+1 {
		t.Errorf("%d packets were forwarded, want %d", sent, runs+1)
	}
	if volume := c.producer.takeVolume(); volume != -20 {
		t.Errorf("volume %d, want -20", volume)
	}
}
