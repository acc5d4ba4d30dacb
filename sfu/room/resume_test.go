package room

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/sfu/ortc"
)

func TestResumeWithMedia(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	bob, bobsWelcome := join(t, rooms, "bob")
	alice, welcome := join(t, rooms, "alice")
	bob.expect("PeerJoined alice")
	video := alice.produce(ortc.KindVideo, 1)
	bob.expect("ProducerAdded alice")
	bob.consume(video, bobsWelcome)
	alice.Leave(Broken)
	bob.expect("")
	if !rooms.HasPeer("den", "alice") {
		t.Error("alice is no longer expected back")
	}

	again, back := resume(t, rooms, welcome.ResumeSecret, true)
	bob.expect("")
	if !back.Resumed || back.PeerID != "alice" || back.Send.ID != welcome.Send.ID || back.Recv.ID != welcome.Recv.ID {
		t.Errorf("resumed with %+v, want the transports of %+v", back, welcome)
	}
	if back.ResumeSecret == welcome.ResumeSecret {
		t.Error("the secret is the old one")
	}
	must(t, again.CloseProducer(video))
	bob.expect("ConsumerClosed, ProducerClosed alice")
}

func TestResumeWithoutMedia(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	bob, bobsWelcome := join(t, rooms, "bob")
	alice, welcome := join(t, rooms, "alice")
	video := alice.produce(ortc.KindVideo, 1)
	bob.expect("PeerJoined alice, ProducerAdded alice")
	bob.consume(video, bobsWelcome)
	alice.Leave(Broken)

	again, back := resume(t, rooms, welcome.ResumeSecret, false)
	bob.expect("ConsumerClosed, ProducerClosed alice")
	if back.Resumed || back.PeerID != "alice" || back.Send.ID == welcome.Send.ID {
		t.Errorf("came back with %+v", back)
	}
	again.produce(ortc.KindVideo, 1)
	bob.expect("ProducerAdded alice")
	if got := rooms.People("den"); got != 2 {
		t.Errorf("got %d people, want 2", got)
	}
}

// A resume may come before the server has noticed that the socket is broken.
func TestResumeOfAnOpenSocket(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	bob, _ := join(t, rooms, "bob")
	alice, welcome := join(t, rooms, "alice")
	bob.take()
	again, _ := resume(t, rooms, welcome.ResumeSecret, true)
	if events := alice.expect("Closed"); events[0] != (Closed{ReasonReplaced}) {
		t.Errorf("the older socket was told %v", events[0])
	}
	alice.Leave(Broken)
	again.produce(ortc.KindAudio, 1)
	bob.expect("ProducerAdded alice")
	if connected := rooms.Snapshot()[0].Peers[1].Connected; !connected {
		t.Error("cleaning up the older socket took the peer away from the newer one")
	}
}

func TestReload(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	bob, _ := join(t, rooms, "bob")
	alice, welcome := join(t, rooms, "alice")
	bob.take()
	alice.Leave(WentAway)
	bob.expect("PeerLeft alice")
	if !rooms.MayReturn("den", "alice") || rooms.HasPeer("den", "alice") {
		t.Error("alice is not on her way back")
	}
	again, back := resume(t, rooms, welcome.ResumeSecret, true)
	bob.expect("PeerJoined alice")
	if back.Resumed || back.PeerID != "alice" {
		t.Errorf("came back with %+v", back)
	}
	again.Leave(HungUp)
	if rooms.MayReturn("den", "alice") {
		t.Error("alice may come back though she has hung up")
	}
}

// The last peer reloads its page: the room is a new one, the call goes on.
func TestReloadOfTheLastPeer(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, welcome := joinAs(t, rooms, JoinRequest{Room: "den", User: "alice", CallType: CallAudio})
	alice.Leave(WentAway)
	if got := rooms.People("den"); got != 0 {
		t.Fatalf("got %d people, want 0", got)
	}
	_, back := resume(t, rooms, welcome.ResumeSecret, false)
	if back.RoomID != "den" || back.CallType != CallAudio {
		t.Errorf("came back with %+v", back)
	}
}

func TestResumeIsRefused(t *testing.T) {
	refused := func(t *testing.T, rooms *Rooms, secret string) {
		t.Helper()
		_, err := rooms.Resume(ResumeRequest{Secret: secret, Notify: func([]Event) { t.Error("was told something") }})
		if !errors.Is(err, ErrBadResume) {
			t.Errorf("got %v, want ErrBadResume", err)
		}
	}
	t.Run("unknown secret", func(t *testing.T) {
		refused(t, newTestRooms(t, Limits{}), "secret")
	})
	t.Run("used secret", func(t *testing.T) {
		rooms := newTestRooms(t, Limits{})
		_, welcome := join(t, rooms, "alice")
		resume(t, rooms, welcome.ResumeSecret, true)
		refused(t, rooms, welcome.ResumeSecret)
	})
	t.Run("after hanging up", func(t *testing.T) {
		rooms := newTestRooms(t, Limits{})
		join(t, rooms, "bob")
		alice, welcome := join(t, rooms, "alice")
		alice.Leave(HungUp)
		refused(t, rooms, welcome.ResumeSecret)
	})
	t.Run("somebody else has come as the same user", func(t *testing.T) {
		rooms := newTestRooms(t, Limits{})
		alice, welcome := join(t, rooms, "alice")
		alice.Leave(WentAway)
		join(t, rooms, "alice")
		refused(t, rooms, welcome.ResumeSecret)
	})
	for name, over := range map[string]func(*Rooms){
		"removed while away":         func(rs *Rooms) { _ = rs.RemovePeer("den", "alice") },
		"the call ended while away":  func(rs *Rooms) { rs.End("den") },
		"it ended with others in it": func(rs *Rooms) { join(t, rs, "bob"); rs.End("den") },
	} {
		t.Run(name, func(t *testing.T) {
			rooms := newTestRooms(t, Limits{})
			alice, welcome := join(t, rooms, "alice")
			alice.Leave(WentAway)
			over(rooms)
			refused(t, rooms, welcome.ResumeSecret)
		})
	}
	t.Run("by the caller", func(t *testing.T) {
		rooms := newTestRooms(t, Limits{})
		_, welcome := join(t, rooms, "alice")
		no := errors.New("no")
		_, err := rooms.Resume(ResumeRequest{
			Secret: welcome.ResumeSecret, Notify: func([]Event) {},
			Allow: func(user string) error {
				if user != "alice" {
					t.Errorf("asked for %q", user)
				}
				return no
			},
		})
		if !errors.Is(err, no) {
			t.Errorf("got %v, want the caller's own", err)
		}
	})
	t.Run("too late", func(t *testing.T) {
		rooms := newTestRooms(t, Limits{})
		bob, _ := join(t, rooms, "bob")
		alice, welcome := join(t, rooms, "alice")
		bob.take()
		alice.Leave(Broken)
		later(t, rooms, "den", 29*time.Second)
		bob.expect("")
		later(t, rooms, "den", 31*time.Second)
		bob.expect("PeerLeft alice")
		refused(t, rooms, welcome.ResumeSecret)
	})
	t.Run("too late after a reload", func(t *testing.T) {
		tickets := newTickets()
		now := time.Now()
		secret, key := tickets.issue(now, ticket{roomID: "den", user: "alice"})
		tickets.leave(key, now.Add(30*time.Second))
		if _, ok := tickets.redeem(now.Add(30*time.Second), secret); ok {
			t.Error("an expired ticket was taken")
		}
	})
}

// The room's own timer gives up a peer that does not come back.
func TestAwayPeerIsGivenUp(t *testing.T) {
	rooms := newTestRooms(t, Limits{ResumeTTL: time.Millisecond})
	left := make(chan struct{})
	_, err := rooms.Join(JoinRequest{Room: "den", User: "bob", CallType: CallVideo, Notify: func(events []Event) {
		if _, ok := events[0].(PeerLeft); ok {
			close(left)
		}
	}})
	must(t, err)
	alice, _ := join(t, rooms, "alice")
	alice.Leave(Broken)
	<-left
}

func TestResumeSecretWorksOnce(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	_, welcome := join(t, rooms, "alice")
	var winners atomic.Int32
	var sockets sync.WaitGroup
	for range 16 {
		sockets.Go(func() {
			if _, err := rooms.Resume(ResumeRequest{Secret: welcome.ResumeSecret, Notify: func([]Event) {}}); err == nil {
				winners.Add(1)
			}
		})
	}
	sockets.Wait()
	if got := winners.Load(); got != 1 {
		t.Errorf("%d resumes got in, want 1", got)
	}
}

func TestTicketsAreHashedAndForgotten(t *testing.T) {
	tickets := newTickets()
	now := time.Now()
	secret, key := tickets.issue(now, ticket{roomID: "den", user: "alice"})
	if len(secret) < 22 { // 128 bits in base64url
		t.Errorf("secret of %d characters", len(secret))
	}
	for k := range tickets.byKey {
		if string(k[:]) == secret {
			t.Error("the secret itself is kept")
		}
	}
	tickets.leave(key, now.Add(time.Second))
	_, other := tickets.issue(now.Add(2*time.Second), ticket{roomID: "den", user: "bob"})
	if got := len(tickets.byKey); got != 1 {
		t.Errorf("%d tickets are kept, want 1", got)
	}
	tickets.revoke(other)
	if got := len(tickets.byKey); got != 0 {
		t.Errorf("%d tickets are kept, want 0", got)
	}
}
