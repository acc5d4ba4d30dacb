package room

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

func TestConsumeIsIdempotent(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, welcome := join(t, rooms, "bob")
	alice.take()
	video := alice.produce(ortc.KindVideo, 1)
	bob.take()
	first, second := bob.consume(video, welcome), bob.consume(video, welcome)
	if first.ConsumerID != second.ConsumerID || first.RtpParameters.Mid != second.RtpParameters.Mid {
		t.Errorf("got consumers %+v and %+v", first, second)
	}
	must(t, bob.CloseConsumer(first.ConsumerID))
	bob.expect("")
	third := bob.consume(video, welcome)
	if third.ConsumerID == first.ConsumerID || third.RtpParameters.Mid == first.RtpParameters.Mid {
		t.Errorf("after closing, the consumer is still %+v", third)
	}
	must(t, alice.CloseProducer(video))
	bob.expect("ConsumerClosed, ProducerClosed alice")
	if err := bob.CloseConsumer(third.ConsumerID); !errors.Is(err, ErrNoConsumer) {
		t.Errorf("closing it again: got %v, want ErrNoConsumer", err)
	}
}

func TestMediaErrors(t *testing.T) {
	rooms := newTestRooms(t, Limits{Consumers: 1, Producers: 2})
	alice, welcome := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	carol, _ := joinAs(t, rooms, JoinRequest{Room: "attic", User: "carol", CallType: CallVideo})
	alices, bobs := alice.Membership, bob.Membership
	alice.take()
	one, two := alice.produce(ortc.KindVideo, 1), alice.produce(ortc.KindAudio, 2)
	elsewhere := carol.produce(ortc.KindAudio, 3)
	bob.take()
	consumer := bob.consume(one, welcome)

	consume := func(id string) error {
		return bobs.Consume(ConsumeRequest{ProducerID: id, RtpCapabilities: welcome.RouterRtpCapabilities})
	}
	produce := func(change func(*ProduceRequest)) error {
		req := produceRequest(t, ortc.KindAudio, 9)
		change(&req)
		return bobs.Produce(req)
	}
	noCodec := ConsumeRequest{ProducerID: one, RtpCapabilities: ortc.RtpCapabilities{}}
	for name, test := range map[string]struct{ got, want error }{
		"own producer":              {alices.Consume(ConsumeRequest{ProducerID: one, RtpCapabilities: welcome.RouterRtpCapabilities}), ErrSelfProducer},
		"no such producer":          {consume("nothing"), ErrNoProducer},
		"another room's producer":   {consume(elsewhere), ErrNoProducer},
		"second consumer":           {consume(two), ErrTooMany},
		"third producer":            {alices.Produce(produceRequest(t, ortc.KindAudio, 4)), ErrTooMany},
		"closing other's producer":  {bobs.CloseProducer(one), ErrNotAllowed},
		"closing no producer":       {bobs.CloseProducer("nothing"), ErrNoProducer},
		"closing elsewhere":         {bobs.CloseProducer(elsewhere), ErrNoProducer},
		"closing other's consumer":  {alices.CloseConsumer(consumer.ConsumerID), ErrNotAllowed},
		"closing no consumer":       {alices.CloseConsumer("nothing"), ErrNoConsumer},
		"unknown kind":              {produce(func(r *ProduceRequest) { r.Kind = "smell" }), ErrBadRequest},
		"long source":               {produce(func(r *ProduceRequest) { r.Source = "abcdefghijklmnopq" }), ErrBadRequest},
		"source with other letters": {produce(func(r *ProduceRequest) { r.Source = "<b>" }), ErrBadRequest},
		"no codecs":                 {produce(func(r *ProduceRequest) { r.RtpParameters.Codecs = nil }), ortc.ErrInvalid},
		"no common codec":           {consumeAsNewcomer(t, rooms, noCodec), sfu.ErrCannotConsume},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%s: got %v, want %v", name, test.got, test.want)
		}
	}
}

// consumeAsNewcomer lets somebody new ask for a producer in the den.
func consumeAsNewcomer(t *testing.T, rooms *Rooms, req ConsumeRequest) error {
	t.Helper()
	m, _ := join(t, rooms, "newcomer")
	defer m.Leave(HungUp)
	return m.Consume(req)
}

func TestConnect(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	must(t, alice.Connect(sfu.DirectionSend, dtlsParameters("01")))
	if got := alice.expect("Connected"); fmt.Sprint(got) != "[{[send]}]" {
		t.Errorf("got %v", got)
	}
	for name, test := range map[string]struct {
		direction string
		params    sfu.DtlsParameters
		want      error
	}{
		"second":          {sfu.DirectionSend, dtlsParameters("02"), sfu.ErrAlreadyConnected},
		"no direction":    {"up", dtlsParameters("02"), ErrBadRequest},
		"no fingerprint":  {sfu.DirectionRecv, sfu.DtlsParameters{}, sfu.ErrNoFingerprint},
		"odd fingerprint": {sfu.DirectionRecv, dtlsParameters("0"), sfu.ErrUnsupportedFingerprint},
	} {
		if err := alice.Connect(test.direction, test.params); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	alice.expect("")
	must(t, alice.Connect(sfu.DirectionRecv, dtlsParameters("02")))
	alice.expect("Connected")
}

func TestConnectAny(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	bob, _ := join(t, rooms, "bob")
	alice, welcome := join(t, rooms, "alice")
	must(t, alice.ConnectAny(dtlsParameters("01")))
	if got := alice.expect("Connected"); fmt.Sprint(got) != "[{[send]}]" {
		t.Errorf("before any consumer: got %v, want send", got)
	}
	bob.take()
	id := bob.produce(ortc.KindVideo, 1)
	alice.take()
	alice.consume(id, welcome)
	must(t, alice.ConnectAny(dtlsParameters("02")))
	if got := alice.expect("Connected"); fmt.Sprint(got) != "[{[send recv]}]" {
		t.Errorf("after a consumer: got %v, want both", got)
	}
	must(t, alice.ConnectAny(dtlsParameters("03")))
	must(t, alice.ConnectAny(dtlsParameters("04")))
	if err := alice.ConnectAny(dtlsParameters("05")); !errors.Is(err, ErrTooMany) {
		t.Errorf("the fifth: got %v, want ErrTooMany", err)
	}
}

// A producer that fell silent is offered to nobody, makes way when its peer
// needs the place, and is announced again when it can be heard again.
func TestSilentProducers(t *testing.T) {
	rooms := newTestRooms(t, Limits{Producers: 2})
	alice, _ := join(t, rooms, "alice")
	bob, welcome := join(t, rooms, "bob")
	alice.take()
	one, two := alice.produce(ortc.KindVideo, 1), alice.produce(ortc.KindVideo, 2)
	bob.take()
	bob.consume(one, welcome)
	silence := func(id string) {
		withPeer(t, rooms, "alice", func(r *Room, p *peer) {
			gone := p.media.producer(id)
			gone.goneSince = time.Now()
			r.announceEnd(gone)
		})
	}
	silence(one)
	bob.expect("ConsumerClosed, ProducerClosed alice")
	if err := bob.Consume(ConsumeRequest{ProducerID: one, RtpCapabilities: welcome.RouterRtpCapabilities}); !errors.Is(err, ErrNoProducer) {
		t.Errorf("consume of a silent producer: got %v, want ErrNoProducer", err)
	}
	carol, welcome := join(t, rooms, "carol")
	if len(welcome.Producers) != 1 || welcome.Producers[0].ID != two {
		t.Errorf("a newcomer hears of %+v", welcome.Producers)
	}
	bob.expect("PeerJoined carol")
	alice.take()
	withPeer(t, rooms, "alice", func(r *Room, p *peer) { p.media.producer(one).looked(r) })
	bob.expect("ProducerAdded alice")
	carol.expect("ProducerAdded alice")

	silence(two)
	bob.expect("ProducerClosed alice")
	alice.produce(ortc.KindVideo, 3)
	bob.expect("ProducerAdded alice") // two has ended, but bob knows that already
	if err := alice.CloseProducer(two); !errors.Is(err, ErrNoProducer) {
		t.Errorf("the silent producer did not make way: %v", err)
	}
	if err := alice.Produce(produceRequest(t, ortc.KindVideo, 4)); !errors.Is(err, ErrTooMany) {
		t.Errorf("one more: got %v, want ErrTooMany", err)
	}
}

// Who does not connect although there is something to consume is given up.
func TestNeverConnected(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	alice.take()
	later(t, rooms, "den", time.Hour)
	alice.expect("") // nobody sends anything: they may wait
	bob.expect("")

	audio := alice.produce(ortc.KindAudio, 1)
	bob.take()
	later(t, rooms, "den", 29*time.Second)
	bob.expect("")
	must(t, alice.CloseProducer(audio)) // nothing to consume any more
	bob.take()
	later(t, rooms, "den", time.Hour)
	bob.expect("")

	alice.produce(ortc.KindAudio, 2)
	bob.take()
	carol, _ := join(t, rooms, "carol")
	must(t, carol.ConnectAny(dtlsParameters("01")))
	carol.take()
	alice.take()
	bob.take()
	later(t, rooms, "den", 31*time.Second)
	if events := bob.expect("Closed"); events[0] != (Closed{ReasonNeverConnected}) {
		t.Errorf("bob was told %v", events[0])
	}
	alice.expect("PeerLeft bob") // alice has nothing to consume
	carol.expect("PeerLeft bob")
}
