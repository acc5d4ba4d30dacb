package signaling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"takoshome/sfu/signaling/callertest"
)

func TestInitNamesTheExtensions(t *testing.T) {
	t.Parallel()
	got := newHost(t).join("alice", callertest.Shipped).Init.Extensions
	if want := []string{"chat", "pause", "restart", "speaking"}; !slices.Equal(got, want) {
		t.Errorf("extensions %v, want %v", got, want)
	}
}

// A muted producer is not forwarded, is marked for whoever is there and whoever
// comes, and goes on where it was.
func TestPause(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"audio", "video"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
			id, track := alice.Publish(kind)
			remote := bob.Receive(id)
			remote.Read()

			alice.PauseProducer(id)
			if got := bob.Next("producerPaused"); got.Text("producerId") != id || got.Text("peerId") != "alice" {
				t.Errorf("got %v", got)
			}
			track.Pause() // at its source, as a client does
			carol := h.join("carol", callertest.Spec)
			if listed := carol.Init.Producers; len(listed) != 1 || !listed[0].Paused {
				t.Errorf("init lists %+v", listed)
			}
			if !h.peer("alice").Producers[0].Paused {
				t.Error("the snapshot does not say so")
			}
			track.Play()
			alice.ResumeProducer(id)
			for _, s := range []*callertest.Socket{bob.Socket, carol.Socket} {
				if got := s.Next("producerResumed").Text("producerId"); got != id {
					t.Errorf("resumed %q, want %q", got, id)
				}
			}
			remote.Read()
			alice.Settle()
			if alice.HeardOf("producerPaused")+alice.HeardOf("producerResumed")+alice.HeardOf("error") != 0 {
				t.Errorf("its owner heard %v", alice.Heard())
			}
		})
	}
}

// A mute lasts: of two streams that fall silent, the one that was not muted is
// taken for closed, and the other goes on.
func TestPauseOutlastsSilence(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"audio", "video"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
			muted, mutedTrack := alice.Publish(kind)
			closed, closedTrack := alice.Publish("video")
			remote := bob.Receive(muted)
			before := remote.Read()
			bob.Receive(closed).Read()
			mutedTrack.Pause()
			alice.PauseProducer(muted)
			bob.Next("producerPaused")
			closedTrack.Pause()
			if got := bob.Next("producerClosed").Text("producerId"); got != closed {
				t.Fatalf("%q was closed, want %q", got, closed)
			}
			alice.ResumeProducer(muted)
			bob.Next("producerResumed")
			mutedTrack.Play()
			for after := remote.Read(); after.Timestamp == before.Timestamp; {
				after = remote.Read()
			}
			if bob.HeardOf("producerClosed") != 0 {
				t.Errorf("heard %v", bob.Heard())
			}
		})
	}
}

func TestPauseOfWhatIsNotOnesOwn(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	id, _ := alice.Publish("audio")
	remote := bob.Receive(id)
	for _, word := range []string{"pauseProducer", "resumeProducer"} {
		for text, code := range map[string]string{
			fmt.Sprintf(`{"type":%q,"producerId":%q}`, word, id):     "notAllowed",
			fmt.Sprintf(`{"type":%q,"producerId":"nobody's"}`, word): "notFound",
			fmt.Sprintf(`{"type":%q}`, word):                         "badMessage",
			fmt.Sprintf(`{"type":%q,"producerId":[]}`, word):         "badMessage",
		} {
			bob.SendText(text)
			if got := bob.Next("error"); got.Text("code") != code || got.Text("context") != word {
				t.Errorf("%s: got %v, want %s", text, got, code)
			}
		}
	}
	remote.Read()
	if h.peer("alice").Producers[0].Paused {
		t.Error("it is muted")
	}
}

// Who comes back with its media is as muted as before.
func TestPauseOutlastsTheSocket(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	id, _ := alice.Publish("audio")
	alice.PauseProducer(id)
	bob.Next("producerPaused")
	alice.Drop()
	alice.Rejoin(h.address("media=keep&resume=" + alice.Init.Resume.Secret))
	if !h.peer("alice").Producers[0].Paused {
		t.Error("it is no longer muted")
	}
	alice.ResumeProducer(id)
	bob.Next("producerResumed")
}

func TestChat(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Spec)
	text := "  line one\n<b>二行目</b> & \u2028 🎐  "
	said := alice.Chat(text)
	if said.Text != strings.TrimSpace(text) || said.At == 0 {
		t.Errorf("confirmed %+v", said)
	}
	if got := callertest.AwaitChat(bob.Socket, "alice"); got != said {
		t.Errorf("bob heard %+v, want %+v", got, said)
	}
	answer := bob.Chat("よろしく")
	if answer.At <= said.At {
		t.Errorf("times %d, %d", said.At, answer.At)
	}
	carol := h.join("carol", callertest.Shipped)
	var history struct {
		Messages []callertest.Said `json:"messages"`
	}
	carol.Next("chatHistory").Decode(t, &history)
	if want := []callertest.Said{said, answer}; !slices.Equal(history.Messages, want) {
		t.Errorf("history %+v, want %+v", history.Messages, want)
	}
}

func TestChatRefuses(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice := h.join("alice", callertest.Shipped)
	for text, code := range map[string]string{
		`{"type":"chat"}`:                                              "badMessage",
		`{"type":"chat","text":""}`:                                    "badMessage",
		`{"type":"chat","text":7}`:                                     "badMessage",
		`{"type":"chat","text":{"a":"b"}}`:                             "badMessage",
		`{"type":"chat","text":" \n "}`:                                "badParameters",
		`{"type":"chat","text":"a\u0000b"}`:                            "badParameters",
		`{"type":"chat","text":"a\tb"}`:                                "badParameters",
		`{"type":"chat","text":"a\u001b[31mb"}`:                        "badParameters",
		`{"type":"chat","text":"a\u0085b"}`:                            "badParameters",
		`{"type":"chat","text":"\u200b"}`:                              "badParameters",
		`{"type":"chat","text":"` + strings.Repeat("あ", 2001) + `"}`:   "badParameters",
		`{"type":"chat","text":"` + strings.Repeat("x", 60_000) + `"}`: "badParameters",
	} {
		alice.SendText(text)
		if got := alice.Next("error"); got.Text("code") != code || got.Text("context") != "chat" {
			t.Errorf("%.60s: got %v, want %s", text, got, code)
		}
	}
	if said := alice.Chat(strings.Repeat("あ", 2000)); len(said.Text) != 6000 {
		t.Errorf("%d bytes came back", len(said.Text))
	}
}

// A flood of chat is answered with errors, and only the burst is heard.
func TestChatFlood(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	const sent = 40
	for range sent {
		alice.Send(map[string]any{"type": "chat", "text": "spam"})
	}
	for range sent - 20 { // some more may pass meanwhile
		if got := alice.Next("error"); got.Text("code") != "tooMany" || got.Text("context") != "chat" {
			t.Fatalf("got %v", got)
		}
	}
	alice.Settle()
	bob.Settle()
	if heard := bob.HeardOf("chat"); heard < 10 || heard > 20 {
		t.Errorf("bob heard %d", heard)
	}
	if said := bob.Chat("I may still speak"); said.PeerID != "bob" {
		t.Errorf("got %+v", said)
	}
}

func TestSpeaking(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	aliceID, aliceTrack := alice.Publish("audio")
	_, bobTrack := bob.Publish("audio")
	bobTrack.SetLevel(90)
	aliceTrack.SetLevel(30)
	callertest.AwaitSpeaking(bob.Socket, "alice")
	callertest.AwaitSpeaking(h.join("carol", callertest.Spec).Socket, "alice")
	bobTrack.SetLevel(10)
	callertest.AwaitSpeaking(alice.Socket, "bob", "alice")
	if !h.peer("alice").Speaking {
		t.Error("the snapshot does not say so")
	}
	alice.PauseProducer(aliceID)
	callertest.AwaitSpeaking(bob.Socket, "bob")
	bobTrack.SetLevel(127)
	callertest.AwaitSpeaking(alice.Socket)
	if h.peer("alice").Speaking {
		t.Error("the snapshot still says so")
	}
}
