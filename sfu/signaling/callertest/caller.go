package callertest

import (
	"encoding/json"
	"strconv"
	"testing"
)

// Style is how a client words its connect.
type Style int

const (
	// Shipped names the transport, as takos' own client does.
	Shipped Style = iota
	// Spec does not, as the specification has it.
	Spec
)

// Init is the server's first message.
type Init struct {
	RoomID                string   `json:"roomId"`
	Peers                 []string `json:"peers"`
	CallType              string   `json:"callType"`
	RouterRtpCapabilities struct {
		Codecs []struct {
			MimeType             string `json:"mimeType"`
			PreferredPayloadType uint8  `json:"preferredPayloadType"`
			ClockRate            uint32 `json:"clockRate"`
			Channels             uint8  `json:"channels"`
		} `json:"codecs"`
	} `json:"routerRtpCapabilities"`
	Transport struct {
		Send TransportParameters `json:"send"`
		Recv TransportParameters `json:"recv"`
	} `json:"transport"`
	Producers []struct {
		ID     string `json:"id"`
		PeerID string `json:"peerId"`
		Kind   string `json:"kind"`
		Source string `json:"source"`
	} `json:"producers"`
	MyPeerID string `json:"myPeerId"`
	PeerID   string `json:"peerId"`
	Resume   struct {
		Secret string `json:"secret"`
		TTLMs  int64  `json:"ttlMs"`
	} `json:"resume"`
	Resumed bool `json:"resumed"`
}

// Caller is a client in a call.
type Caller struct {
	*Socket
	Init  Init
	Style Style
	// SendTransport and RecvTransport are the ends of the two transports.
	SendTransport, RecvTransport *Endpoint

	capabilities json.RawMessage // the router's, which the caller can all receive
	sending      bool
	receiving    bool
	mids         int
}

// Join opens a socket and prepares the transports of its init.
func Join(t testing.TB, url string, style Style) *Caller {
	t.Helper()
	c := &Caller{Socket: Dial(t, url), Style: style}
	c.AwaitInit()
	c.SendTransport = NewEndpoint(t, c.Init.Transport.Send, localCodecs())
	c.RecvTransport = NewEndpoint(t, c.Init.Transport.Recv, c.routerCodecs())
	return c
}

// Rejoin opens another socket for a caller whose transports are alive.
func (c *Caller) Rejoin(url string) {
	c.t.Helper()
	c.Socket = Dial(c.t, url)
	c.AwaitInit()
}

// AwaitInit takes the first message of the socket.
func (c *Caller) AwaitInit() {
	c.t.Helper()
	var m struct {
		Data struct {
			Init
			Capabilities json.RawMessage `json:"routerRtpCapabilities"`
		} `json:"data"`
	}
	first := c.NextWhere("init", func(Message) bool { return true })
	if first.Type() != "init" {
		c.t.Fatalf("first message is %v", first)
	}
	first.Decode(c.t, &m)
	c.Init, c.capabilities = m.Data.Init, m.Data.Capabilities
	must(c.t, json.Unmarshal(m.Data.Capabilities, &c.Init.RouterRtpCapabilities))
}

func (c *Caller) routerCodecs() []Codec {
	var codecs []Codec
	for _, r := range c.Init.RouterRtpCapabilities.Codecs {
		codecs = append(codecs, Codec{r.MimeType, r.PreferredPayloadType, r.ClockRate, r.Channels})
	}
	return codecs
}

// Capabilities are what the caller tells of itself in consume.
func (c *Caller) Capabilities() json.RawMessage { return c.capabilities }

// ConnectSend announces the send transport and starts it, once.
func (c *Caller) ConnectSend() {
	c.t.Helper()
	if !c.sending {
		c.connect("send", c.SendTransport)
		c.sending = true
	}
}

// ConnectRecv does the same for the receive transport.
func (c *Caller) ConnectRecv() {
	c.t.Helper()
	if !c.receiving {
		c.connect("recv", c.RecvTransport)
		c.receiving = true
	}
}

func (c *Caller) connect(direction string, e *Endpoint) {
	c.t.Helper()
	request := map[string]any{"type": "connect", "dtlsParameters": e.DtlsParameters()}
	if c.Style == Shipped {
		request["transportType"] = direction
	}
	c.Send(request)
	c.NextWhere("connected "+direction, func(m Message) bool {
		return m.Type() == "connected" && m.Text("transportType") == direction
	})
	e.Start()
}

// Publish sends a stream of that kind, beginning now.
func (c *Caller) Publish(kind string) (producerID string, track *Track) {
	c.t.Helper()
	return c.PublishAs(kind, "")
}

// PublishAs says too where the stream is from, such as "screen".
func (c *Caller) PublishAs(kind, source string) (producerID string, track *Track) {
	c.t.Helper()
	c.ConnectSend()
	track = newTrack(c.t, c.SendTransport, kind)
	producerID = c.Announce(track, source)
	c.SendTransport.AwaitConnected()
	track.Play()
	return producerID, track
}

// Track prepares a stream without announcing it.
func (c *Caller) Track(kind string) *Track {
	c.t.Helper()
	return newTrack(c.t, c.SendTransport, kind)
}

// Announce asks for a producer of the track and returns its id.
func (c *Caller) Announce(track *Track, source string) string {
	c.t.Helper()
	c.Send(c.ProduceRequest(track, source))
	return c.NextWhere("own produced", func(m Message) bool {
		return m.Type() == "produced" && m.Text("peerId") == c.Init.MyPeerID
	}).Text("producerId")
}

// ProduceRequest is the message by which a track becomes a producer.
func (c *Caller) ProduceRequest(track *Track, source string) map[string]any {
	request := map[string]any{
		"type": "produce", "kind": track.kind, "rtpParameters": track.RtpParameters(strconv.Itoa(c.mids)),
	}
	c.mids++
	if source != "" {
		request["source"] = source
	}
	return request
}

// Consume asks for a producer and returns the answer.
func (c *Caller) Consume(producerID string) Consumed {
	c.t.Helper()
	c.RequestConsume(producerID)
	var consumed Consumed
	c.NextWhere("consumed "+producerID, func(m Message) bool {
		return m.Type() == "consumed" && m.Text("producerId") == producerID
	}).Decode(c.t, &consumed)
	return consumed
}

// RequestConsume asks for a producer without waiting for the answer.
func (c *Caller) RequestConsume(producerID string) {
	c.t.Helper()
	c.Send(map[string]any{
		"type": "consume", "producerId": producerID, "rtpCapabilities": c.capabilities,
	})
}

// Receive consumes a producer and waits until its media can come.
func (c *Caller) Receive(producerID string) *RemoteTrack {
	c.t.Helper()
	consumed := c.Consume(producerID)
	c.ConnectRecv()
	c.RecvTransport.AwaitConnected()
	return newRemoteTrack(c.t, c.RecvTransport, consumed)
}

// HangUp ends the call as the specification has it.
func (c *Caller) HangUp() {
	c.t.Helper()
	c.Close(0)
}
