package sfu

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"takoshome/sfu/ice"
	"takoshome/sfu/tcp"
)

func newTcpServer(t *testing.T, addr netip.AddrPort, limits tcp.Limits) *WebRtcServer {
	t.Helper()
	s, err := NewWebRtcServer(Config{ListenAddr: addr, Tcp: true, TcpLimits: limits})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func protocols(candidates []ice.Candidate) (list []string) {
	for _, c := range candidates {
		list = append(list, c.Protocol)
	}
	return list
}

func TestTcpIsBesideUdp(t *testing.T) {
	s := newTcpServer(t, netip.MustParseAddrPort("127.0.0.1:0"), tcp.Limits{})
	candidates := s.Candidates()
	if got := protocols(candidates); len(got) != 2 || got[0] != "udp" || got[1] != "tcp" {
		t.Fatalf("candidates %v", got)
	}
	udp, tcp := candidates[0], candidates[1]
	if tcp.Port != udp.Port || tcp.TcpType != "passive" || tcp.Priority >= udp.Priority {
		t.Errorf("UDP %+v, TCP %+v", udp, tcp)
	}
}

// Where another program has the TCP port, media goes over UDP alone.
func TestTakenTcpPort(t *testing.T) {
	other, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	s := newTcpServer(t, netip.MustParseAddrPort(other.Addr().String()), tcp.Limits{})
	if got := protocols(s.Candidates()); len(got) != 1 || got[0] != "udp" || s.PortStats().Tcp != nil {
		t.Errorf("candidates %v, port %+v", got, s.PortStats())
	}
}

// tcpClient is a connection that sends checks for a transport.
type tcpClient struct {
	t    *testing.T
	conn net.Conn
}

func dialTcp(t *testing.T, s *WebRtcServer) tcpClient {
	t.Helper()
	conn, err := net.Dial("tcp4", s.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(testTimeout))
	return tcpClient{t, conn}
}

func (c tcpClient) send(datagram []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(datagram))), datagram...)); err != nil {
		c.t.Fatal(err)
	}
}

// check sends a check of the peer's transport and waits for the answer.
func (c tcpClient) check(p *testPeer) {
	c.t.Helper()
	c.send(p.bindingRequest(p.transport.IceParameters().Password))
	var size [2]byte
	if _, err := io.ReadFull(c.conn, size[:]); err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, c.conn, int64(binary.BigEndian.Uint16(size[:]))); err != nil {
		c.t.Fatal(err)
	}
}

func (c tcpClient) wantEnd() {
	c.t.Helper()
	if _, err := io.Copy(io.Discard, c.conn); err != nil && isTimeout(err) {
		c.t.Error("the connection is still open")
	}
}

func isTimeout(err error) bool {
	timeout := net.Error(nil)
	return errors.As(err, &timeout) && timeout.Timeout()
}

// The address of a connection is valid as long as it is open and no longer, and
// the transport's end is its end too.
func TestTcpTuples(t *testing.T) {
	s := newTcpServer(t, netip.MustParseAddrPort("127.0.0.1:0"), tcp.Limits{})
	router, err := s.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	transport := newTestTransport(t, router, DirectionSend)
	peer := newTestPeer(t, transport)
	first, second := dialTcp(t, s), dialTcp(t, s)
	first.check(peer)
	if got := transport.Stats(); got.Protocol != "tcp" || got.Tuple != first.conn.LocalAddr().String() {
		t.Errorf("the way is %s %s", got.Protocol, got.Tuple)
	}
	_ = first.conn.Close()
	waitFor(t, "the end of the way", func() bool { return transport.IceState() == ice.StateDisconnected })
	second.check(peer)
	if got := transport.IceState(); got != ice.StateCompleted {
		t.Errorf("state %v", got)
	}
	peer.check() // over UDP
	if got := transport.Stats().Protocol; got != "udp" {
		t.Errorf("the way is %s", got)
	}
	transport.Close()
	second.wantEnd()
	waitFor(t, "no connections", func() bool { return s.PortStats().Tcp.Connections == 0 })
}

// A connection proves itself by a check that the transport takes, by nothing less.
func TestSec23OnlyChecksOfATransportProve(t *testing.T) {
	s := newTcpServer(t, netip.MustParseAddrPort("127.0.0.1:0"), tcp.Limits{ProofTime: 300 * time.Millisecond})
	router, err := s.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	peer := newTestPeer(t, newTestTransport(t, router, DirectionSend))
	wrong, none, right := dialTcp(t, s), dialTcp(t, s), dialTcp(t, s)
	right.check(peer)
	wrong.send(peer.bindingRequest("a wrong password"))
	wrong.wantEnd()
	none.wantEnd()
	right.check(peer)
	waitFor(t, "the end of two", func() bool {
		stats := s.PortStats().Tcp
		return stats.Connections == 1 && stats.Unproved == 2 && stats.Waiting == 0
	})
}

// quiet is a Handler of clients that say nothing.
type quiet struct{}

func (quiet) Handle(*tcp.Conn, [][]byte) bool { return false }
func (quiet) Closed(*tcp.Conn)                {}

// A client over TCP that reads nothing loses packets; forwarding goes on at once,
// to it and to others.
func TestSlowTcpClientDelaysNobody(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	streams, err := tcp.New(tcp.Config{Listener: listener, Handler: quiet{}, Limits: tcp.Limits{ProofTime: testTimeout, WriteTime: testTimeout}})
	if err != nil {
		t.Fatal(err)
	}
	streams.Start()
	t.Cleanup(func() { _ = streams.Close() })
	client, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	waitFor(t, "the connection", func() bool { return streams.Conn(1) != nil })

	f := newForwarding(t, 2)
	slow := (*f.producer.consumers.Load())[0]
	stream := streams.Conn(1)
	slow.transport.out.setRemote(route{Tuple: tupleOf(stream), carrier: stream})
	const bursts, burst = 1000, 10 // 11 Mbyte: no system buffers that much for one who does not read
	for range bursts {
		f.seal(burst)
		f.forward(burst)
	}
	f.mustHaveSent(t) // as far as the Consumers are concerned
	if stats := streams.Stats(); stats.Dropped < bursts || stats.Connections != 1 {
		t.Errorf("the port has %+v", stats)
	}
	if got := f.sender.transport.server.PortStats(); got.SendErrors != 0 {
		t.Errorf("the others lost packets: %+v", got)
	}
}
