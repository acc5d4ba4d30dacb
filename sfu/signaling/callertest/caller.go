package callertest

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/pion/webrtc/v4"
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
	RoomID                string          `json:"roomId"`
	Peers                 []string        `json:"peers"`
	CallType              string          `json:"callType"`
	RouterRtpCapabilities json.RawMessage `json:"routerRtpCapabilities"`
	Transport             struct {
		Send TransportParameters `json:"send"`
		Recv TransportParameters `json:"recv"`
	} `json:"transport"`
	Producers []Listed `json:"producers"`
	MyPeerID  string   `json:"myPeerId"`
	PeerID    string   `json:"peerId"`
	Resume    struct {
		Secret string `json:"secret"`
		TTLMs  int64  `json:"ttlMs"`
	} `json:"resume"`
	Resumed    bool     `json:"resumed"`
	Extensions []string `json:"extensions"`
}

// Listed is a producer in init.
type Listed struct {
	ID     string `json:"id"`
	PeerID string `json:"peerId"`
	Kind   string `json:"kind"`
	Source string `json:"source"`
	Paused bool   `json:"paused"`
}

// Caller is a client in a call.
type Caller struct {
	*Socket
	Init  Init
	Style Style
	// SendTransport and RecvTransport are the ends of the two transports.
	SendTransport, RecvTransport *Endpoint

	sendConnected, recvConnected bool // the server has agreed
}

// Join opens a socket and prepares the transports of its init.
func Join(t testing.TB, url string, style Style) *Caller {
	t.Helper()
	return join(t, url, style, webrtc.NetworkTypeUDP4, nil, webrtc.Configuration{})
}

// JoinOverTCP is Join in a network that lets no UDP through.
func JoinOverTCP(t testing.TB, url string, style Style) *Caller {
	t.Helper()
	return join(t, url, style, webrtc.NetworkTypeTCP4, nil, webrtc.Configuration{})
}

// JoinRelayed is Join in a network that lets nothing through but to a TURN server.
func JoinRelayed(t testing.TB, url string, style Style, servers []webrtc.ICEServer) *Caller {
	t.Helper()
	return join(t, url, style, webrtc.NetworkTypeUDP4, nil, webrtc.Configuration{
		ICEServers: servers, ICETransportPolicy: webrtc.ICETransportPolicyRelay,
	})
}

// JoinBy is Join in a network that lets nothing through but to those addresses of
// the host's own relay that keep wants.
func JoinBy(t testing.TB, url string, style Style, keep func(url string) bool) *Caller {
	t.Helper()
	c := &Caller{Socket: Dial(t, url), Style: style}
	c.AwaitInit()
	end := func(p TransportParameters) *Endpoint {
		configuration := webrtc.Configuration{ICETransportPolicy: webrtc.ICETransportPolicyRelay}
		for _, s := range p.IceServers {
			urls := slices.DeleteFunc(slices.Clone(s.URLs), func(url string) bool { return !keep(url) })
			if len(urls) > 0 {
				configuration.ICEServers = append(configuration.ICEServers, webrtc.ICEServer{
					URLs: urls, Username: s.Username, Credential: s.Credential,
				})
			}
		}
		if len(configuration.ICEServers) == 0 {
			t.Fatalf("no relay that is wanted in %+v", p.IceServers)
		}
		return newEndpoint(t, p, webrtc.NetworkTypeUDP4, configuration)
	}
	c.SendTransport, c.RecvTransport = end(c.Init.Transport.Send), end(c.Init.Transport.Recv)
	return c
}

// JoinBehind is Join of a client who finds the host's media at an address of the
// test's own: via gets the host's and returns that, for each transport.
func JoinBehind(t testing.TB, url string, style Style, via func(host netip.AddrPort) netip.AddrPort) *Caller {
	t.Helper()
	return join(t, url, style, webrtc.NetworkTypeUDP4, via, webrtc.Configuration{})
}

func join(
	t testing.TB, url string, style Style, network webrtc.NetworkType, via func(netip.AddrPort) netip.AddrPort, configuration webrtc.Configuration,
) *Caller {
	t.Helper()
	c := &Caller{Socket: Dial(t, url), Style: style}
	c.AwaitInit()
	send, recv := c.Init.Transport.Send, c.Init.Transport.Recv
	if via != nil {
		send.IceCandidates = candidateAt(t, send.IceCandidates[0], via)
		recv.IceCandidates = candidateAt(t, recv.IceCandidates[0], via)
	}
	c.SendTransport = newEndpoint(t, send, network, configuration)
	c.RecvTransport = newEndpoint(t, recv, network, configuration)
	return c
}

func candidateAt(t testing.TB, c IceCandidate, via func(netip.AddrPort) netip.AddrPort) []IceCandidate {
	t.Helper()
	addr, err := netip.ParseAddr(c.Address)
	must(t, err)
	at := via(netip.AddrPortFrom(addr, c.Port))
	c.Address, c.IP, c.Port = at.Addr().String(), at.Addr().String(), at.Port()
	return []IceCandidate{c}
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
	c.Init = AwaitInit(c.Socket)
}

// AwaitInit takes the first message of a socket.
func AwaitInit(s *Socket) Init {
	s.t.Helper()
	first := s.NextWhere("init", func(Message) bool { return true })
	if first.Type() != "init" {
		s.t.Fatalf("first message is %v", first)
	}
	var m struct {
		Data Init `json:"data"`
	}
	first.Decode(s.t, &m)
	return m.Data
}

// ConnectSend announces the send transport, once.
func (c *Caller) ConnectSend() {
	c.t.Helper()
	if !c.sendConnected {
		c.connect("send", c.SendTransport)
		c.sendConnected = true
	}
}

// ConnectRecv announces the receive transport, once.
func (c *Caller) ConnectRecv() {
	c.t.Helper()
	if !c.recvConnected {
		c.connect("recv", c.RecvTransport)
		c.recvConnected = true
	}
}

// AssumeConnected is for a test that has announced both transports by itself.
func (c *Caller) AssumeConnected() { c.sendConnected, c.recvConnected = true, true }

func (c *Caller) connect(direction string, e *Endpoint) {
	c.t.Helper()
	c.Send(ConnectRequest(c.Style, direction, e.DtlsParameters()))
	c.NextWhere("connected "+direction, func(m Message) bool {
		return m.Type() == "connected" && m.Text("transportType") == direction
	})
}

// ConnectRequest is a connect message in that style.
func ConnectRequest(style Style, direction string, parameters any) map[string]any {
	request := map[string]any{"type": "connect", "dtlsParameters": parameters}
	if style == Shipped {
		request["transportType"] = direction
	}
	return request
}

// Publish sends a stream of that kind, beginning now.
func (c *Caller) Publish(kind string) (producerID string, track *Track) {
	c.t.Helper()
	c.ConnectSend()
	track = c.SendTransport.prepare(kind)
	c.Send(ProduceRequest(kind, track.Mid, track.SSRC))
	producerID = c.AwaitOwnProduced()
	c.SendTransport.accept(track)
	c.SendTransport.AwaitState(webrtc.PeerConnectionStateConnected)
	track.Play()
	return producerID, track
}

// AwaitOwnProduced takes the answer to produce.
func (c *Caller) AwaitOwnProduced() (producerID string) {
	c.t.Helper()
	return AwaitOwnProduced(c.Socket, c.Init.MyPeerID)
}

// AwaitOwnProduced takes the answer to a produce of that peer.
func AwaitOwnProduced(s *Socket, peerID string) (producerID string) {
	s.t.Helper()
	return s.NextWhere("own produced", func(m Message) bool {
		return m.Type() == "produced" && m.Text("peerId") == peerID
	}).Text("producerId")
}

// Consume asks for a producer and returns the answer.
func (c *Caller) Consume(producerID string) Consumed {
	c.t.Helper()
	c.Send(ConsumeRequest(producerID, c.Init.RouterRtpCapabilities))
	return AwaitConsumed(c.Socket, producerID)
}

// ConsumeRequest is a consume message.
func ConsumeRequest(producerID string, capabilities any) map[string]any {
	return map[string]any{"type": "consume", "producerId": producerID, "rtpCapabilities": capabilities}
}

// AwaitConsumed takes the answer to the consume of a producer.
func AwaitConsumed(s *Socket, producerID string) (consumed Consumed) {
	s.t.Helper()
	s.NextWhere("consumed "+producerID, func(m Message) bool {
		return m.Type() == "consumed" && m.Text("producerId") == producerID
	}).Decode(s.t, &consumed)
	return consumed
}

// PauseProducer mutes a producer of the caller's own; there is no answer.
func (c *Caller) PauseProducer(id string) {
	c.t.Helper()
	c.Send(map[string]any{"type": "pauseProducer", "producerId": id})
}

// ResumeProducer ends PauseProducer.
func (c *Caller) ResumeProducer(id string) {
	c.t.Helper()
	c.Send(map[string]any{"type": "resumeProducer", "producerId": id})
}

// Chat says something and waits for its confirmation.
func (c *Caller) Chat(text string) Said {
	c.t.Helper()
	c.Send(map[string]any{"type": "chat", "text": text})
	return AwaitChat(c.Socket, c.Init.MyPeerID)
}

// Said is a chat message.
type Said struct {
	PeerID string `json:"peerId"`
	Text   string `json:"text"`
	At     int64  `json:"at"`
}

// AwaitChat takes the next chat message of that peer.
func AwaitChat(s *Socket, peerID string) (said Said) {
	s.t.Helper()
	s.NextWhere("chat of "+peerID, func(m Message) bool {
		return m.Type() == "chat" && m.Text("peerId") == peerID
	}).Decode(s.t, &said)
	return said
}

// AwaitSpeaking waits until exactly these peers speak, the loudest first.
func AwaitSpeaking(s *Socket, peerIDs ...string) {
	s.t.Helper()
	s.NextWhere(fmt.Sprintf("speaking %v", peerIDs), func(m Message) bool {
		var speaking struct {
			PeerIDs []string `json:"peerIds"`
		}
		if m.Type() != "speaking" {
			return false
		}
		m.Decode(s.t, &speaking)
		return slices.Equal(speaking.PeerIDs, peerIDs)
	})
}

// Receive consumes a producer and waits until its media can come.
func (c *Caller) Receive(producerID string) *RemoteTrack {
	c.t.Helper()
	consumed := c.Consume(producerID)
	c.ConnectRecv()
	track := c.RecvTransport.Receive(consumed)
	c.RecvTransport.AwaitState(webrtc.PeerConnectionStateConnected)
	return track
}

// HangUp ends the call as the specification has it.
func (c *Caller) HangUp() {
	c.t.Helper()
	c.Close(0)
}
