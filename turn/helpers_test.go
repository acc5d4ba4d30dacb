package turn

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const testTimeout = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	mediaAddr  = netip.MustParseAddrPort("203.0.113.5:40000")
	mediaAddr6 = netip.MustParseAddrPort("[2001:db8::5]:40000")
	lanAddr    = netip.MustParseAddrPort("192.168.7.7:40000")
)

// echoMedia gives back what it gets.
type echoMedia struct {
	mu    sync.Mutex
	addrs []netip.AddrPort
	open  int
	got   [][]byte
	last  func([]byte)
}

type echoWay struct {
	media   *echoMedia
	deliver func([]byte)
	once    sync.Once
}

func (m *echoMedia) Addrs() []netip.AddrPort { return m.addrs }

func (m *echoMedia) Open(_ netip.AddrPort, deliver func([]byte)) (Way, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open++
	m.last = deliver
	return &echoWay{media: m, deliver: deliver}, nil
}

func (w *echoWay) Receive(b []byte) {
	w.media.mu.Lock()
	w.media.got = append(w.media.got, append([]byte(nil), b...))
	w.media.mu.Unlock()
	w.deliver(b)
}

func (w *echoWay) Close() {
	w.once.Do(func() {
		w.media.mu.Lock()
		defer w.media.mu.Unlock()
		w.media.open--
	})
}

func (m *echoMedia) count() (open, got int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open, len(m.got)
}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rig is a Server with all that it needs.
type rig struct {
	*Server
	t        *testing.T
	media    *echoMedia
	udp, tcp netip.AddrPort
	clock    *clock
}

func newRig(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, media: &echoMedia{addrs: []netip.AddrPort{mediaAddr, lanAddr, mediaAddr6}},
		udp: netip.MustParseAddrPort(conn.LocalAddr().String()), tcp: netip.MustParseAddrPort(listener.Addr().String()),
		clock: &clock{now: time.Now()},
	}
	config := Config{PacketConns: []net.PacketConn{conn}, Listeners: []net.Listener{listener}, Media: r.media, Now: r.clock.Now}
	for _, f := range change {
		f(&config)
	}
	if r.Server, err = New(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// rawClient speaks STUN by hand.
type rawClient struct {
	t        *testing.T
	conn     net.Conn
	username string
	key      []byte
	nonce    []byte
}

func (r *rig) raw(c Credentials) *rawClient {
	r.t.Helper()
	conn, err := net.Dial("udp4", r.udp.String())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	return newRaw(r.t, conn, c)
}

func newRaw(t *testing.T, conn net.Conn, c Credentials) *rawClient {
	key := md5.Sum([]byte(c.Username + ":" + realm + ":" + c.Password))
	return &rawClient{t: t, conn: conn, username: c.Username, key: key[:]}
}

func (r *rig) issue(name string) Credentials {
	r.t.Helper()
	c, err := r.Issue(name)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

type attr struct {
	kind  uint16
	value []byte
}

func unsigned(kind uint16, attrs ...attr) []byte {
	id := make([]byte, headerSize)
	binary.BigEndian.PutUint32(id[4:], magicCookie)
	_, _ = rand.Read(id[8:])
	b := begin(nil, kind, &message{packet: id})
	for _, a := range attrs {
		b.add(a.kind, a.value)
	}
	return b.finish(nil)
}

func (c *rawClient) signed(kind uint16, attrs ...attr) []byte {
	all := append([]attr{{attrUsername, []byte(c.username)}, {attrRealm, []byte(realm)}, {attrNonce, c.nonce}}, attrs...)
	b := builder{unsigned(kind, all...)}
	return b.finish(c.key)
}

func (c *rawClient) send(packet []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(packet); err != nil {
		c.t.Fatal(err)
	}
}

// receive waits for a packet; nil within the time.
func (c *rawClient) receive(wait time.Duration) []byte {
	c.t.Helper()
	buf := make([]byte, 2000)
	_ = c.conn.SetReadDeadline(time.Now().Add(wait))
	n, err := c.conn.Read(buf)
	if err != nil {
		return nil
	}
	return buf[:n]
}

// ask sends a request and waits for its answer.
func (c *rawClient) ask(packet []byte) message {
	c.t.Helper()
	c.send(packet)
	for {
		reply := c.receive(testTimeout)
		if reply == nil {
			c.t.Fatal("no answer")
		}
		m, ok := parse(reply)
		if ok && string(reply[8:headerSize]) == string(packet[8:headerSize]) {
			return m
		}
	}
}

// request signs and sends, once more with a new nonce where that is asked for, and
// returns the error's code, 0 for success.
func (c *rawClient) request(kind uint16, attrs ...attr) int {
	c.t.Helper()
	if c.nonce == nil {
		c.challenge()
	}
	m := c.ask(c.signed(kind, attrs...))
	if errorOf(&m) == codeStaleNonce {
		c.nonce = append([]byte(nil), m.nonce...)
		m = c.ask(c.signed(kind, attrs...))
	}
	if m.signedTo != 0 && !m.signedBy(c.key) {
		c.t.Error("an answer that another signed")
	}
	return errorOf(&m)
}

func (c *rawClient) challenge() {
	c.t.Helper()
	m := c.ask(unsigned(allocateRequest, udpTransport))
	if errorOf(&m) != codeUnauthorized {
		c.t.Fatalf("got %x", m.packet)
	}
	c.nonce = append([]byte(nil), m.nonce...)
}

var udpTransport = attr{attrTransport, []byte{protoUDP, 0, 0, 0}}

func (c *rawClient) allocate() {
	c.t.Helper()
	if code := c.request(allocateRequest, udpTransport); code != 0 {
		c.t.Fatalf("allocation: %d", code)
	}
}

// peerAttr needs the transaction for IPv6, which is filled in as zero: ask for it
// by sign6.
func peerAttr(addr netip.AddrPort) attr {
	raw := addr.Addr().AsSlice()
	family := byte(familyIPv4)
	if len(raw) == 16 {
		family = familyIPv6
	}
	var cookie [4]byte
	binary.BigEndian.PutUint32(cookie[:], magicCookie)
	for i := range 4 {
		raw[i] ^= cookie[i]
	}
	value := binary.BigEndian.AppendUint16([]byte{0, family}, addr.Port()^magicCookie>>16)
	return attr{attrXorPeerAddress, append(value, raw...)}
}

// requestPeer is request for one peer, of either family.
func (c *rawClient) requestPeer(kind uint16, addr netip.AddrPort, more ...attr) int {
	c.t.Helper()
	if addr.Addr().Is4() {
		return c.request(kind, append(more, peerAttr(addr))...)
	}
	packet := unsigned(kind, append([]attr{
		{attrUsername, []byte(c.username)}, {attrRealm, []byte(realm)}, {attrNonce, c.nonce},
	}, more...)...)
	peer := peerAttr(addr)
	for i := range 12 {
		peer.value[8+i] ^= packet[8+i]
	}
	b := builder{packet}
	b.add(peer.kind, peer.value)
	m := c.ask(b.finish(c.key))
	return errorOf(&m)
}

// sendTo is an indication with data for a peer of either family.
func (c *rawClient) sendTo(addr netip.AddrPort) {
	c.t.Helper()
	packet, peer := unsigned(sendIndication), peerAttr(addr)
	if addr.Addr().Is6() {
		for i := range 12 {
			peer.value[8+i] ^= packet[8+i]
		}
	}
	b := builder{packet}
	b.add(peer.kind, peer.value)
	b.add(0x0013, []byte("hello"))
	c.send(b.finish(nil))
}

func channel(number uint16) attr {
	return attr{attrChannel, []byte{byte(number >> 8), byte(number), 0, 0}}
}

func channelData(number uint16, data []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, number)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(testTimeout); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
