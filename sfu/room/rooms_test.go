package room

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

func TestJoinAndLeave(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, welcome := join(t, rooms, "alice")
	if len(welcome.Peers) != 0 || len(welcome.Producers) != 0 || welcome.PeerID != "alice" || welcome.RoomID != "den" {
		t.Errorf("welcome to an empty room: %+v", welcome)
	}
	video := alice.produce(ortc.KindVideo, 1)
	bob, welcome := join(t, rooms, "bob")
	alice.expect("PeerJoined bob")
	want := ProducerInfo{ID: video, PeerID: "alice", Kind: ortc.KindVideo}
	if fmt.Sprint(welcome.Peers) != "[alice]" || len(welcome.Producers) != 1 || welcome.Producers[0] != want {
		t.Errorf("welcome to alice's room: peers %v, producers %+v", welcome.Peers, welcome.Producers)
	}
	bob.produce(ortc.KindAudio, 2)
	alice.expect("ProducerAdded bob")
	bob.Leave(HungUp)
	alice.expect("PeerLeft bob")
	if rooms.HasPeer("den", "bob") || !rooms.HasPeer("den", "alice") || rooms.People("den") != 1 || !slices.Equal(rooms.Users("den"), []string{"alice"}) || rooms.Users("attic") != nil {
		t.Error("bob is still there")
	}
	alice.Leave(HungUp)
	if rooms.People("den") != 0 || len(rooms.Snapshot()) != 0 {
		t.Error("the empty room is still there")
	}
	if err := bob.Produce(produceRequest(t, ortc.KindAudio, 2)); !errors.Is(err, ErrNotMember) {
		t.Errorf("produce after leaving: got %v, want ErrNotMember", err)
	}
}

func TestNewestJoinWins(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	bob, _ := join(t, rooms, "bob")
	first, welcome := join(t, rooms, "alice")
	bob.expect("PeerJoined alice")
	second, _ := join(t, rooms, "alice")
	bob.expect("PeerLeft alice, PeerJoined alice")
	if events := first.expect("Closed"); events[0] != (Closed{ReasonReplaced}) {
		t.Errorf("the older one was told %v", events[0])
	}
	// Whatever the older one still does, the newer one stays.
	for _, how := range []Departure{Broken, WentAway, HungUp} {
		first.Leave(how)
	}
	if err := first.Produce(produceRequest(t, ortc.KindAudio, 1)); !errors.Is(err, ErrNotMember) {
		t.Errorf("produce of the older one: got %v, want ErrNotMember", err)
	}
	if _, err := rooms.Resume(ResumeRequest{Secret: welcome.ResumeSecret, Notify: first.notify}); !errors.Is(err, ErrBadResume) {
		t.Errorf("resume of the older one: got %v, want ErrBadResume", err)
	}
	second.produce(ortc.KindAudio, 1)
	bob.expect("ProducerAdded alice")
	if got := rooms.People("den"); got != 2 {
		t.Errorf("got %d people, want 2", got)
	}
}

func TestLimits(t *testing.T) {
	rooms := newTestRooms(t, Limits{Rooms: 2, Peers: 2})
	join(t, rooms, "alice")
	join(t, rooms, "bob")
	request := JoinRequest{Room: "den", User: "carol", CallType: CallVideo, Notify: func([]Event) {}}
	if _, err := rooms.Join(request); !errors.Is(err, ErrFull) {
		t.Errorf("third peer: got %v, want ErrFull", err)
	}
	join(t, rooms, "bob") // takes its own place
	request.Room = "attic"
	if _, err := rooms.Join(request); err != nil {
		t.Errorf("second room: %v", err)
	}
	request.Room = "cellar"
	if _, err := rooms.Join(request); !errors.Is(err, ErrFull) {
		t.Errorf("third room: got %v, want ErrFull", err)
	}
}

func TestBadJoins(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	good := JoinRequest{Room: "den", User: "alice", CallType: CallVideo, Notify: func([]Event) {}}
	for name, spoil := range map[string]func(*JoinRequest){
		"no room":   func(r *JoinRequest) { r.Room = "" },
		"no user":   func(r *JoinRequest) { r.User = "" },
		"no type":   func(r *JoinRequest) { r.CallType = "" },
		"no notify": func(r *JoinRequest) { r.Notify = nil },
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			spoil(&bad)
			if _, err := rooms.Join(bad); !errors.Is(err, ErrBadRequest) {
				t.Errorf("got %v, want ErrBadRequest", err)
			}
		})
	}
}

func TestCloseEndsEveryCall(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := joinAs(t, rooms, JoinRequest{Room: "attic", User: "bob", CallType: CallAudio})
	rooms.Close()
	for _, m := range []*member{alice, bob} {
		if events := m.expect("Closed"); events[0] != (Closed{ReasonEnded}) {
			t.Errorf("%s was told %v", m.PeerID(), events[0])
		}
	}
	request := JoinRequest{Room: "den", User: "carol", CallType: CallVideo, Notify: func([]Event) {}}
	if _, err := rooms.Join(request); !errors.Is(err, ErrStopping) {
		t.Errorf("join after Close: got %v, want ErrStopping", err)
	}
	rooms.Close()
}

func TestHostCommands(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, welcome := join(t, rooms, "bob")
	alice.expect("PeerJoined bob")
	video := alice.produce(ortc.KindVideo, 1)
	bob.expect("ProducerAdded alice")
	bob.consume(video, welcome)

	must(t, rooms.CloseProducer("den", "alice", video))
	alice.expect("ProducerClosed alice")
	bob.expect("ConsumerClosed, ProducerClosed alice")
	must(t, rooms.RemovePeer("den", "bob"))
	alice.expect("PeerLeft bob")
	if events := bob.expect("Closed"); events[0] != (Closed{ReasonRemoved}) {
		t.Errorf("bob was told %v", events[0])
	}
	if _, err := rooms.Resume(ResumeRequest{Secret: welcome.ResumeSecret, Notify: bob.notify}); !errors.Is(err, ErrBadResume) {
		t.Errorf("resume after removal: got %v, want ErrBadResume", err)
	}
	for name, test := range map[string]struct{ got, want error }{
		"peer of no room":      {rooms.RemovePeer("attic", "alice"), ErrNoRoom},
		"no such peer":         {rooms.RemovePeer("den", "bob"), ErrNoPeer},
		"producer of no peer":  {rooms.CloseProducer("den", "bob", video), ErrNoPeer},
		"no such producer":     {rooms.CloseProducer("den", "alice", video), ErrNoProducer},
		"producer of no room":  {rooms.CloseProducer("attic", "alice", video), ErrNoRoom},
		"the one that is left": {rooms.RemovePeer("den", "alice"), nil},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%s: got %v, want %v", name, test.got, test.want)
		}
	}
}

// A room that closes while somebody joins lets the newcomer into a new one.
func TestJoinWhileTheRoomEnds(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	var users sync.WaitGroup
	for i := range 8 {
		users.Go(func() {
			for range 20 {
				request := JoinRequest{Room: "den", User: fmt.Sprint(i), CallType: CallVideo, Notify: func([]Event) {}}
				m, err := rooms.Join(request)
				if err != nil {
					t.Errorf("join: %v", err)
					return
				}
				m.Leave(HungUp)
			}
		})
	}
	users.Wait()
	if got := rooms.Snapshot(); len(got) != 0 {
		t.Errorf("rooms are left: %+v", got)
	}
}

func TestCallTypes(t *testing.T) {
	for _, test := range []struct{ room, token, want CallType }{
		{CallVideo, CallVideo, CallVideo},
		{CallVideo, CallAudio, CallAudio},
		{CallAudio, CallVideo, CallAudio},
		{CallAudio, CallAudio, CallAudio},
	} {
		t.Run(fmt.Sprintf("%s token in %s room", test.token, test.room), func(t *testing.T) {
			rooms := newTestRooms(t, Limits{})
			joinAs(t, rooms, JoinRequest{Room: "den", User: "alice", CallType: test.room})
			bob, welcome := joinAs(t, rooms, JoinRequest{Room: "den", User: "bob", CallType: test.token})
			if welcome.CallType != test.want {
				t.Errorf("call type: got %s, want %s", welcome.CallType, test.want)
			}
			err := bob.Produce(produceRequest(t, ortc.KindVideo, 1))
			if (err == nil) != (test.want == CallVideo) {
				t.Errorf("video: %v", err)
			}
			if err != nil && !errors.Is(err, ErrAudioOnly) {
				t.Errorf("video: got %v, want ErrAudioOnly", err)
			}
			must(t, bob.Produce(produceRequest(t, ortc.KindAudio, 2)))
		})
	}
}

func TestSnapshot(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, welcome := join(t, rooms, "bob")
	joinAs(t, rooms, JoinRequest{Room: "attic", User: "carol", CallType: CallAudio})
	alice.take()
	video := alice.produce(ortc.KindVideo, 1)
	bob.take()
	bob.consume(video, welcome)
	alice.Leave(Broken)

	snapshots := rooms.Snapshot()
	if len(snapshots) != 2 || snapshots[0].ID != "attic" || snapshots[1].ID != "den" {
		t.Fatalf("got rooms %+v, want attic and den", snapshots)
	}
	den := snapshots[1]
	if den.CallType != CallVideo || len(den.Peers) != 2 {
		t.Fatalf("got %+v", den)
	}
	a, b := den.Peers[0], den.Peers[1]
	if a.ID != "alice" || a.Connected || len(a.Producers) != 1 || a.Producers[0].ID != video {
		t.Errorf("alice: %+v", a)
	}
	if b.ID != "bob" || !b.Connected || len(b.Consumers) != 1 || b.Consumers[0].ProducerPeerID != "alice" {
		t.Errorf("bob: %+v", b)
	}
	if len(a.Transports) != 2 || a.Transports[0].Direction != "send" || a.Transports[1].Direction != "recv" {
		t.Errorf("transports: %+v", a.Transports)
	}
	if age := time.Since(time.UnixMilli(a.JoinedAt)); age < -time.Second || age > time.Hour {
		t.Errorf("alice joined %v ago", age)
	}
}

func TestBadConfig(t *testing.T) {
	if _, err := NewRooms(Config{}); !errors.Is(err, errNoServer) {
		t.Errorf("no server: got %v, want errNoServer", err)
	}
	codecs := []ortc.RtpCodecCapability{{Kind: ortc.KindVideo, MimeType: "video/smell", ClockRate: 90000}}
	if _, err := NewRooms(Config{Server: new(sfu.WebRtcServer), MediaCodecs: codecs}); !errors.Is(err, ortc.ErrUnsupported) {
		t.Errorf("unknown codec: got %v, want ErrUnsupported", err)
	}
}

func TestOnChange(t *testing.T) {
	changes := 0
	rooms := newTestRooms(t, Limits{})
	rooms.config.OnChange = func() { changes++ }
	expect := func(what string, want int) {
		t.Helper()
		rooms.Snapshot() // whatever the media path marked has been looked at, or is not counted
		if changes < want {
			t.Errorf("%s: %d changes were told, want %d", what, changes, want)
		}
		changes = 0
	}
	alice, _ := join(t, rooms, "alice")
	expect("join", 1)
	audio := alice.produce(ortc.KindAudio, 1)
	expect("produce", 1)
	must(t, alice.CloseProducer(audio))
	expect("close", 1)
	alice.Leave(Broken)
	expect("break", 1)
	rooms.Snapshot()
	if changes != 0 {
		t.Error("looking is told as a change")
	}
}
