package takoscall

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"takoshome/sfu"
	"takoshome/sfu/signaling/callertest"
)

const testKey = "tako"

// patience is how long a test waits before it fails.
const patience = 30 * time.Second

// host is a Server that serves on loopback.
type host struct {
	*Server
	t       *testing.T
	address string        // as 127.0.0.1:1234
	changed chan struct{} // holds one after a change
}

func newHost(t *testing.T, limits Limits) *host {
	t.Helper()
	h := &host{t: t, changed: make(chan struct{}, 1)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	h.address = listener.Addr().String()
	h.Server, err = New(Config{
		Server: newSfu(t), Listener: listener, APIKey: testKey, Limits: limits,
		OnChange: func() {
			select {
			case h.changed <- struct{}{}:
			default:
			}
		},
		OnFailure: func(err error) { t.Errorf("serving broke: %v", err) },
	})
	must(t, err)
	h.Serve()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		must(t, h.Close(ctx))
	})
	return h
}

func newSfu(t testing.TB) *sfu.WebRtcServer {
	t.Helper()
	server, err := sfu.NewWebRtcServer(sfu.Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0")})
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	return server
}

// await waits until what the host keeps is as wanted.
func (h *host) await(what string, holds func() bool) {
	h.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for !holds() {
		select {
		case <-h.changed:
		case <-timeout.C:
			h.t.Fatalf("waiting for %s in vain: %+v", what, h.Snapshot())
		}
	}
}

// controller is what a takos server does.
type controller struct {
	*callertest.Socket
	t    *testing.T
	last int // the id of the last command
}

func (h *host) connect() *controller {
	h.t.Helper()
	return &controller{Socket: callertest.Dial(h.t, h.url("?api_key="+testKey)), t: h.t}
}

func (h *host) url(query string) string { return "ws://" + h.address + "/takos-api" + query }

// data is what a command is about.
type data map[string]any

// answer is a response with its error, if it has one.
type answer struct {
	Success bool            `json:"success"`
	Data    json.RawMessage `json:"data"`
	Error   struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (c *controller) try(command string, d data) (a answer) {
	c.t.Helper()
	c.last++
	id := fmt.Sprint(c.last)
	c.Send(map[string]any{"type": command, "id": id, "data": d})
	c.NextWhere("answer to "+command, func(m callertest.Message) bool {
		return m.Type() == "response" && m.Text("id") == id
	}).Decode(c.t, &a)
	return a
}

// ask is try for what must succeed.
func (c *controller) ask(command string, d data, into any) {
	c.t.Helper()
	a := c.try(command, d)
	if !a.Success {
		c.t.Fatalf("%s %v: %s %s", command, d, a.Error.Code, a.Error.Message)
	}
	if into != nil {
		must(c.t, json.Unmarshal(a.Data, into))
	}
}

// refuse is try for what must fail.
func (c *controller) refuse(command string, d data, code, text string) {
	c.t.Helper()
	a := c.try(command, d)
	if a.Success || a.Error.Code != code || !strings.Contains(a.Error.Message, text) {
		c.t.Errorf("%s %v: got %+v %s, want %s with %q", command, d, a.Error, a.Data, code, text)
	}
	if a.Data != nil {
		c.t.Errorf("%s %v: the refusal has data %s", command, d, a.Data)
	}
}

// heard is an event, with the ids of what it is about.
type heard struct {
	Event, RoomID, PeerID, TransportID, ProducerID, ConsumerID, Direction, Kind string
}

// events takes all that came. A command's events come before its answer.
func (c *controller) events() []heard {
	c.t.Helper()
	var list []heard
	for range c.HeardOf("event") {
		var m struct{ Data heard }
		c.Next("event").Decode(c.t, &m)
		list = append(list, m.Data)
	}
	return list
}

// settle waits until all that happened has been heard, and takes it.
func (c *controller) settle() []heard {
	c.t.Helper()
	c.ask("getAllRooms", nil, nil)
	return c.events()
}

func names(events []heard) string {
	var list []string
	for _, e := range events {
		list = append(list, e.Event)
	}
	return strings.Join(list, " ")
}

// client is a peer's browser.
type client struct {
	*controller
	room, peer             string
	capabilities           json.RawMessage
	sendID, recvID         string
	send, recv             *callertest.Endpoint
	sendAgreed, recvAgreed bool
}

// enter adds a peer with both transports to a room, which is made if need be.
func (c *controller) enter(roomID, peerID string) *client {
	c.t.Helper()
	if string(c.try("getRoomInfo", data{"roomId": roomID}).Data) == "null" {
		c.ask("createRoom", data{"roomId": roomID, "options": data{}}, nil)
	}
	p := &client{controller: c, room: roomID, peer: peerID}
	c.ask("addPeer", p.at(nil), nil)
	var router struct{ RtpCapabilities json.RawMessage }
	c.ask("getRouterRtpCapabilities", data{"roomId": roomID}, &router)
	p.capabilities = router.RtpCapabilities
	p.sendID, p.send = p.transport("send")
	p.recvID, p.recv = p.transport("recv")
	return p
}

// at is data about the peer.
func (p *client) at(more data) data {
	d := data{"roomId": p.room, "peerId": p.peer}
	for name, value := range more {
		d[name] = value
	}
	return d
}

func (p *client) transport(direction string) (id string, e *callertest.Endpoint) {
	p.t.Helper()
	var parameters callertest.TransportParameters
	p.ask("createTransport", p.at(data{"direction": direction, "options": data{}}), &parameters)
	return parameters.ID, callertest.NewEndpoint(p.t, parameters)
}

// publish sends a stream of that kind.
func (p *client) publish(kind string) (producerID string, track *callertest.Track) {
	p.t.Helper()
	track = p.send.Offer(kind)
	if !p.sendAgreed {
		p.sendAgreed = true
		p.ask("connectTransport", p.at(data{"transportId": p.sendID, "dtlsParameters": p.send.DtlsParameters()}), nil)
	}
	producerID = p.produce(track.Kind, track.Mid, track.SSRC)
	p.send.AwaitState(webrtc.PeerConnectionStateConnected)
	track.Play()
	return producerID, track
}

// produce makes a producer on the send transport.
func (p *client) produce(kind, mid string, ssrc uint32) (producerID string) {
	p.t.Helper()
	var made struct{ ID string }
	p.ask("createProducer", p.at(data{
		"transportId": p.sendID, "kind": kind,
		"rtpParameters": callertest.ProduceRequest(kind, mid, ssrc)["rtpParameters"],
	}), &made)
	return made.ID
}

// consume makes a consumer on the receive transport.
func (p *client) consume(producerID string) (consumed callertest.Consumed) {
	p.t.Helper()
	a := p.try("createConsumer", p.consumption(producerID))
	if !a.Success {
		p.t.Fatalf("createConsumer: %s %s", a.Error.Code, a.Error.Message)
	}
	must(p.t, json.Unmarshal(a.Data, &consumed))
	var id struct{ ID string }
	must(p.t, json.Unmarshal(a.Data, &id))
	consumed.ConsumerID = id.ID
	return consumed
}

func (p *client) consumption(producerID string) data {
	return p.at(data{"transportId": p.recvID, "producerId": producerID, "rtpCapabilities": p.capabilities})
}

// receive consumes a producer and waits until its media can come.
func (p *client) receive(producerID string) *callertest.RemoteTrack {
	p.t.Helper()
	consumed := p.consume(producerID)
	if !p.recvAgreed {
		p.recvAgreed = true
		text, err := json.Marshal(p.recv.DtlsParameters())
		must(p.t, err)
		// Takos' own schema lets a client send them as text.
		p.ask("connectTransport", p.at(data{"transportId": p.recvID, "dtlsParameters": string(text)}), nil)
	}
	track := p.recv.Receive(consumed)
	p.recv.AwaitState(webrtc.PeerConnectionStateConnected)
	return track
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sorted(keys map[string]json.RawMessage) []string {
	list := make([]string, 0, len(keys))
	for k := range keys {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
