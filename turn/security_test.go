package turn

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// refused are addresses that nobody may reach (checks 1 to 4).
func refused() map[string][]string {
	return map[string][]string{
		"Sec01": {"127.0.0.1", "0.0.0.0", "::1", "::"},
		"Sec02": {"::ffff:127.0.0.1", "::ffff:192.168.1.1", "::ffff:203.0.113.5", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1"},
		"Sec03": {
			"10.0.0.1", "172.16.0.1", "192.168.1.1", "192.168.7.8", "169.254.169.254", "100.64.0.1", "fc00::1", "fe80::1",
			"224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1",
		},
		"Sec04": {"8.8.8.8", "203.0.113.6", "2001:db8::6"},
	}
}

func wantRefused(t *testing.T, check string) {
	// What hears a packet to this machine, at the port that is allowed elsewhere.
	spy, err := net.ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = spy.Close() }()
	r := newRig(t)
	port := netip.MustParseAddrPort(spy.LocalAddr().String()).Port()
	for i, addr := range r.media.addrs {
		r.media.addrs[i] = netip.AddrPortFrom(addr.Addr(), port)
	}
	for _, family := range []byte{familyIPv4, familyIPv6} {
		c := r.raw(r.issue("alice"))
		if code := c.request(allocateRequest, udpTransport, attr{attrFamily, []byte{family, 0, 0, 0}}); code != 0 {
			t.Fatalf("allocation: %d", code)
		}
		for _, host := range refused()[check] {
			addr := netip.AddrPortFrom(netip.MustParseAddr(host), port)
			if code := c.requestPeer(createPermissionRequest, addr); code != codeForbidden {
				t.Errorf("CreatePermission of %s: %d", host, code)
			}
			if code := c.requestPeer(channelBindRequest, addr, channel(0x4000)); code != codeForbidden {
				t.Errorf("ChannelBind of %s: %d", host, code)
			}
			if code := c.requestPeer(connectRequest, addr); code != codeForbidden {
				t.Errorf("Connect to %s: %d", host, code)
			}
			c.sendTo(addr)
			c.send(channelData(0x4000, []byte("hello")))
		}
		if code := c.request(refreshRequest); code != 0 { // behind all of it
			t.Errorf("refresh: %d", code)
		}
	}
	if open, got := r.media.count(); open+got > 0 {
		t.Errorf("%d ways, %d packets", open, got)
	}
	if want := uint64(2 * 3 * len(refused()[check])); r.Stats().Blocked != want {
		t.Errorf("%d times blocked, want %d", r.Stats().Blocked, want)
	}
	_ = spy.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, _, err := spy.ReadFrom(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes on loopback", n)
	}
}

func TestSec01NoLoopback(t *testing.T)         { wantRefused(t, "Sec01") }
func TestSec02NoWrappedAddresses(t *testing.T) { wantRefused(t, "Sec02") }
func TestSec03NoPrivateNetworks(t *testing.T)  { wantRefused(t, "Sec03") }
func TestSec04NoOpenRelay(t *testing.T)        { wantRefused(t, "Sec04") }

func TestSec05OnlyTheMediaPort(t *testing.T) {
	r := newRig(t)
	// What would answer if a packet left the machine.
	other, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	r.media.addrs = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}
	c := r.raw(r.issue("alice"))
	c.allocate()
	media := r.media.addrs[0]
	if code := c.requestPeer(createPermissionRequest, media); code != 0 {
		t.Fatalf("permission: %d", code)
	}
	wrong := netip.MustParseAddrPort(other.LocalAddr().String())
	for _, port := range []uint16{wrong.Port(), 22, 445, 7880} {
		to := netip.AddrPortFrom(media.Addr(), port)
		c.send(unsigned(sendIndication, peerAttr(to), attr{0x0013, []byte("hello")}))
		c.send(unsigned(sendIndication, peerAttr(media), peerAttr(to), attr{0x0013, []byte("hello")}))
		if code := c.requestPeer(channelBindRequest, to, channel(0x4001)); code != codeForbidden {
			t.Errorf("port %d: %d", port, code)
		}
		c.send(channelData(0x4001, []byte("hello")))
	}
	if code := c.request(refreshRequest); code != 0 {
		t.Errorf("refresh: %d", code)
	}
	if _, got := r.media.count(); got != 0 {
		t.Errorf("%d packets arrived", got)
	}
	_ = other.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, _, err := other.ReadFrom(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes left the machine", n)
	}
	c.send(unsigned(sendIndication, peerAttr(media), attr{0x0013, []byte("hello")}))
	if reply := c.receive(testTimeout); !bytes.Contains(reply, []byte("hello")) {
		t.Errorf("got %x", reply)
	}
	// The relay itself drops what the door should not have let through.
	relay := r.onlyRelay()
	if n, err := relay.WriteTo([]byte("hello"), net.UDPAddrFromAddrPort(wrong)); n != 5 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if _, got := r.media.count(); got != 1 {
		t.Errorf("%d packets arrived", got)
	}
}

func (r *rig) onlyRelay() *relay {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.clients {
		return c.relay
	}
	r.t.Fatal("no allocation")
	return nil
}

// The media server's addresses are reached by channels and indications, each with
// a way of its own.
func TestSec06TheMediaServerIsReached(t *testing.T) {
	r := newRig(t)
	c := r.raw(r.issue("alice"))
	c.allocate()
	for i, to := range []netip.AddrPort{mediaAddr, lanAddr} {
		number := uint16(0x4000 + i)
		if code := c.requestPeer(channelBindRequest, to, channel(number)); code != 0 {
			t.Fatalf("bind %v: %d", to, code)
		}
		c.send(channelData(number, []byte("ping")))
		if reply := c.receive(testTimeout); !bytes.Equal(reply, channelData(number, []byte("ping"))) {
			t.Errorf("got %x", reply)
		}
	}
	if open, got := r.media.count(); open != 2 || got != 2 {
		t.Errorf("%d ways, %d packets", open, got)
	}
	if code := c.request(refreshRequest, attr{attrLifetime, []byte{0, 0, 0, 0}}); code != 0 {
		t.Errorf("the end: %d", code)
	}
	waitFor(t, "the ways' end", func() bool { open, _ := r.media.count(); return open == 0 && r.Stats().Allocations == 0 })
}

// A relayed address is no socket: nobody can send to it. What the media server
// sends without the client's permission is not forwarded either.
func TestSec07NothingComesFromOthers(t *testing.T) {
	r := newRig(t)
	r.media.addrs = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}
	c := r.raw(r.issue("alice"))
	c.allocate()
	relay := r.onlyRelay()
	stranger, err := net.Dial("udp4", relay.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Close() }()
	_, _ = stranger.Write([]byte("hello")) // refused, or lost
	relay.deliver(net.UDPAddrFromAddrPort(mediaAddr), []byte("hello"))
	if reply := c.receive(200 * time.Millisecond); reply != nil {
		t.Errorf("got %x", reply)
	}
	probe, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(relay.addr))
	if err != nil {
		t.Fatalf("the relayed address is a socket: %v", err)
	}
	_ = probe.Close()
}

func TestSec08NoTcp(t *testing.T) {
	r := newRig(t)
	c := r.raw(r.issue("alice"))
	if code := c.request(allocateRequest, attr{attrTransport, []byte{6, 0, 0, 0}}); code != codeTransport {
		t.Errorf("TCP: %d", code)
	}
	if code := c.request(allocateRequest, udpTransport, attr{attrEvenPort, []byte{0x80}}); code != codeCapacity {
		t.Errorf("even port: %d", code)
	}
	c.allocate()
	for _, kind := range []uint16{connectRequest, connectionBindRequest} {
		if code := c.requestPeer(kind, mediaAddr); code != codeForbidden {
			t.Errorf("%x: %d", kind, code)
		}
	}
}

func TestSec09Credentials(t *testing.T) {
	r := newRig(t)
	alice := r.issue("alice")
	expired := alice
	for name, c := range map[string]Credentials{
		"wrong password":     {alice.Username, "no"},
		"another's username": {alice.Username, r.issue("bob").Password},
		"nobody":             {"1999999999:nobody", alice.Password},
		"no expiry":          {alice.Username[len("1234567890"):], alice.Password},
		"later expiry":       {"9" + alice.Username[1:], alice.Password},
	} {
		if code := r.raw(c).request(allocateRequest, udpTransport); code != codeUnauthorized {
			t.Errorf("%s: %d", name, code)
		}
	}
	c := r.raw(alice)
	c.allocate()
	mine := c.key
	bob := newRaw(t, c.conn, r.issue("bob"))
	if code := bob.request(refreshRequest); code != codeWrongUser {
		t.Errorf("bob refreshes alice's: %d", code)
	}
	// Beyond the credential's life: nothing new, but what stands goes on.
	r.clock.pass(6 * time.Minute)
	if code := r.raw(expired).request(allocateRequest, udpTransport); code != codeUnauthorized {
		t.Errorf("expired: %d", code)
	}
	for range 3 {
		r.clock.pass(6 * time.Minute)
		if code := c.request(refreshRequest); code != 0 {
			t.Errorf("refresh: %d", code)
		}
	}
	c.key = mine
	if code := c.requestPeer(channelBindRequest, mediaAddr, channel(0x4000)); code != 0 {
		t.Fatalf("bind: %d", code)
	}
	r.Revoke("alice")
	if open, _ := r.media.count(); open != 0 || r.Stats().Allocations != 0 {
		t.Errorf("%d ways, %+v", open, r.Stats())
	}
	c.send(channelData(0x4000, []byte("late")))
	if code := c.request(refreshRequest); code != codeUnauthorized {
		t.Errorf("refresh after the end: %d", code)
	}
	if _, got := r.media.count(); got != 0 {
		t.Errorf("%d packets after the end", got)
	}
	// Who comes back gets others; the old ones stay dead.
	c2 := r.raw(r.issue("alice"))
	c2.allocate()
	if code := r.raw(alice).request(allocateRequest, udpTransport); code != codeUnauthorized {
		t.Errorf("revoked: %d", code)
	}
}

func TestSec10Quotas(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limits = Limits{Allocations: 14, AddressStrangers: 200} })
	alice := r.issue("alice")
	for range 12 {
		r.raw(alice).allocate()
	}
	if code := r.raw(alice).request(allocateRequest, udpTransport); code != codeQuota {
		t.Errorf("the thirteenth: %d", code)
	}
	bob := r.issue("bob")
	r.raw(bob).allocate()
	r.raw(bob).allocate()
	if code := r.raw(r.issue("carol")).request(allocateRequest, udpTransport); code != codeCapacity {
		t.Errorf("beyond all: %d", code)
	}
	r.Revoke("alice")
	r.raw(bob).allocate()
}

func TestSec11LittleIsSaidToStrangers(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limits.AddressStrangers = 5 })
	c := r.raw(Credentials{})
	request := unsigned(allocateRequest, udpTransport) // as browsers send it
	m := c.ask(request)
	if len(m.packet) > 2*len(request) || errorOf(&m) != codeUnauthorized {
		t.Errorf("%d bytes for %d", len(m.packet), len(request))
	}
	binding := unsigned(bindingRequest)
	if m = c.ask(binding); len(m.packet) > 2*len(binding) {
		t.Errorf("%d bytes for %d", len(m.packet), len(binding))
	}
	sent, got := 0, 0
	for range 1000 {
		c.send(request)
		sent += len(request)
	}
	for reply := c.receive(300 * time.Millisecond); reply != nil; reply = c.receive(300 * time.Millisecond) {
		got += len(reply)
	}
	if got*10 > sent {
		t.Errorf("%d bytes for %d", got, sent)
	}
	if r.Stats().Limited == 0 {
		t.Error("nothing was too much")
	}
	// The shortest requests are answered by nothing longer than that.
	r2 := newRig(t)
	c = r2.raw(Credentials{})
	c.send(unsigned(allocateRequest))
	if reply := c.receive(200 * time.Millisecond); reply != nil {
		t.Errorf("%d bytes for %d", len(reply), headerSize)
	}
}

// A flood of forged signatures makes nothing grow, and who has an allocation does
// not notice.
func TestSec12ForgedSignatures(t *testing.T) {
	r := newRig(t)
	alice := r.issue("alice")
	c := r.raw(alice)
	c.allocate()
	if code := c.requestPeer(channelBindRequest, mediaAddr, channel(0x4000)); code != 0 {
		t.Fatalf("bind: %d", code)
	}
	forger := r.raw(Credentials{alice.Username, "guessed"})
	forger.nonce = c.nonce
	packet := forger.signed(allocateRequest, udpTransport)
	door := newDoor(r.Server, false)
	door.send = func([]byte, netip.AddrPort) {}
	into := make([]byte, maxMessage)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 500_000 {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, byte(18 + i>>16&1), byte(i >> 8), byte(i)}), uint16(i>>4|1))
		if n := door.admit(into, packet, from); n != 0 {
			t.Fatal("a forged request was let in")
		}
	}
	for range 20_000 {
		forger.send(packet)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("grown by %d bytes", grown)
	}
	if stats := r.Stats(); stats.Allocations != 1 || stats.Limited == 0 {
		t.Errorf("%+v", stats)
	}
	want := channelData(0x4000, []byte("still here"))
	for range 20 { // the flood fills the socket, which drops what it has no room for
		c.send(want)
		if bytes.HasPrefix(c.receive(time.Second), want) { // and what pads it
			return
		}
	}
	t.Error("the call does not go on")
}

func TestSec13StaleNonce(t *testing.T) {
	r := newRig(t)
	c := r.raw(r.issue("alice"))
	c.allocate()
	r.clock.pass(time.Hour + 2*time.Second)
	m := c.ask(c.signed(refreshRequest))
	if errorOf(&m) != codeStaleNonce || m.nonce == nil {
		t.Errorf("got %d", errorOf(&m))
	}
	// A nonce is good for the address that it was made for.
	other := r.nonces.make(r.clock.Now(), netip.MustParseAddr("198.51.100.1"))
	c.nonce = other
	if m = c.ask(c.signed(refreshRequest)); errorOf(&m) != codeStaleNonce {
		t.Errorf("another's nonce: %d", errorOf(&m))
	}
	c.nonce = append([]byte(nil), m.nonce...)
	if code := c.request(refreshRequest); code != 0 {
		t.Errorf("refresh: %d", code)
	}
	// pion/turn's own nonce ends too, of which the client hears nothing.
	stale := []byte("stale")
	r.engineNonce.Store(&stale)
	m = c.ask(c.signed(refreshRequest))
	if errorOf(&m) != 0 {
		t.Errorf("refresh: %d", errorOf(&m))
	}
}

func TestSec14BadChannels(t *testing.T) {
	r := newRig(t)
	c := r.raw(r.issue("alice"))
	c.allocate()
	if code := c.requestPeer(channelBindRequest, mediaAddr, channel(0x4000)); code != 0 {
		t.Fatalf("bind: %d", code)
	}
	for name, bind := range map[string]struct {
		number uint16
		peer   netip.AddrPort
	}{
		"a second peer":   {0x4000, lanAddr},
		"a second number": {0x4001, mediaAddr},
		"no channel":      {0x3FFF, lanAddr},
		"beyond all":      {0x8000, lanAddr},
	} {
		if code := c.requestPeer(channelBindRequest, bind.peer, channel(bind.number)); code != codeBadRequest {
			t.Errorf("%s: %d", name, code)
		}
	}
	whole := channelData(0x4000, []byte("hello"))
	long := bytes.Clone(whole)
	binary.BigEndian.PutUint16(long[2:], 6)
	for _, packet := range [][]byte{
		whole[:8], whole[:4], whole[:3], whole[:1], long, channelData(0x4002, []byte("hello")), channelData(0x8000, []byte("hello")),
		make([]byte, maxMessage),
		{},
	} {
		c.send(packet)
	}
	stranger := r.raw(Credentials{})
	stranger.send(whole)
	if code := c.request(refreshRequest); code != 0 {
		t.Errorf("refresh: %d", code)
	}
	if _, got := r.media.count(); got != 0 {
		t.Errorf("%d packets arrived", got)
	}
}
