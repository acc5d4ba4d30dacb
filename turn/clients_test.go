package turn

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	pionturn "github.com/pion/turn/v5"
)

// listenTLS is a listener as the app hands one in.
func listenTLS(t *testing.T) net.Listener {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestPionClient goes through each transport with pion's client: more data than
// one channel's life, and beyond the life of allocation, permission, credential
// and nonce.
func TestPionClient(t *testing.T) {
	secure := listenTLS(t)
	r := newRig(t, func(c *Config) {
		c.Listeners = append(c.Listeners, secure)
		c.Now = time.Now
		c.Times = Times{Credential: time.Second, Allocation: 2 * time.Second, Permission: 2 * time.Second, Nonce: time.Second}
	})
	dials := map[string]func() (net.PacketConn, error){
		"udp": func() (net.PacketConn, error) { return net.ListenPacket("udp4", "127.0.0.1:0") },
		"tcp": func() (net.PacketConn, error) {
			conn, err := net.Dial("tcp4", r.tcp.String())
			return pionturn.NewSTUNConn(conn), err
		},
		"tls": func() (net.PacketConn, error) {
			conn, err := tls.Dial("tcp4", secure.Addr().String(), &tls.Config{InsecureSkipVerify: true})
			return pionturn.NewSTUNConn(conn), err
		},
	}
	for name, dial := range dials {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := dial()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			credentials := r.issue(name)
			client, err := pionturn.NewClient(&pionturn.ClientConfig{
				TURNServerAddr: r.udp.String(), Username: credentials.Username, Password: credentials.Password,
				Realm: realm, Conn: conn, LoggerFactory: quiet{}, PermissionRefreshInterval: 500 * time.Millisecond,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if err := client.Listen(); err != nil {
				t.Fatal(err)
			}
			relayed, err := client.Allocate()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = relayed.Close() }()
			echo(t, relayed, 5*time.Second)
		})
	}
}

// echo sends for a while, and wants all of it back.
func echo(t *testing.T, conn net.PacketConn, long time.Duration) {
	t.Helper()
	buf := make([]byte, 2000)
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for end, i := time.Now().Add(long), 0; time.Now().Before(end); i++ {
		sent := append([]byte(strconv.Itoa(i)), make([]byte, 100+i)...)
		if _, err := conn.WriteTo(sent, net.UDPAddrFromAddrPort(mediaAddr)); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(testTimeout))
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			t.Fatalf("packet %d: %v", i, err)
		}
		if !bytes.Equal(buf[:n], sent) || from.String() != mediaAddr.String() {
			t.Fatalf("packet %d: %d bytes from %v", i, n, from)
		}
		<-ticker.C
	}
}

// TestCoturnClient lets the client of another project try.
func TestCoturnClient(t *testing.T) {
	secure := listenTLS(t)
	r := newRig(t, func(c *Config) {
		c.Now, c.Limits.AddressStrangers, c.Listeners = time.Now, 500, append(c.Listeners, secure)
	})
	// It wants a port for RTCP too, whatever it is told.
	r.media.addrs = append(r.media.addrs, netip.AddrPortFrom(mediaAddr.Addr(), mediaAddr.Port()+1))
	run := func(peer netip.AddrPort, server netip.AddrPort, more ...string) string {
		t.Helper()
		c := r.issue("coturn")
		args := append([]string{
			"-u", c.Username, "-w", c.Password, "-e", peer.Addr().String(), "-r", strconv.Itoa(int(peer.Port())),
			"-p", strconv.Itoa(int(server.Port())), "-c", "-n", "10", "-m", "2", "-l", "300",
		}, more...)
		out, _ := exec.CommandContext(t.Context(), "turnutils_uclient", append(args, server.Addr().String())...).CombinedOutput()
		return string(out)
	}
	for name, more := range map[string][]string{
		"udp": nil, "indications": {"-s"}, "tcp": {"-t"}, "tls": {"-t", "-S"},
	} {
		server := r.udp
		switch name {
		case "tcp":
			server = r.tcp
		case "tls":
			server = netip.MustParseAddrPort(secure.Addr().String())
		}
		if out := run(mediaAddr, server, more...); !strings.Contains(out, "Total lost packets 0 (0.000000%)") {
			t.Errorf("%s:\n%s", name, out)
		}
	}
	for name, peer := range map[string]string{"loopback": "127.0.0.1:40000", "the Internet": "8.8.8.8:40000", "another port": "203.0.113.5:22"} {
		if out := run(netip.MustParseAddrPort(peer), r.udp); !strings.Contains(out, "403") {
			t.Errorf("%s:\n%s", name, out)
		}
	}
}

// A host that has IPv6 addresses alone gives such relayed addresses to clients that
// do not say what they want.
func TestFamilies(t *testing.T) {
	r := newRig(t)
	r.media.addrs = []netip.AddrPort{mediaAddr6}
	c := r.raw(r.issue("alice"))
	if code := c.request(allocateRequest, udpTransport, attr{attrFamily, []byte{familyIPv4, 0, 0, 0}}); code != codeFamily {
		t.Errorf("IPv4: %d", code)
	}
	c.allocate()
	if code := c.requestPeer(channelBindRequest, mediaAddr6, channel(0x4000)); code != 0 {
		t.Fatalf("bind: %d", code)
	}
	c.send(channelData(0x4000, []byte("ping")))
	if reply := c.receive(testTimeout); !bytes.Equal(reply, channelData(0x4000, []byte("ping"))) {
		t.Errorf("got %x", reply)
	}
}

func TestICEServers(t *testing.T) {
	r := newRig(t)
	if servers, err := r.ICEServers("alice"); err != nil || len(servers) > 0 || r.Stats().Peers > 0 {
		t.Errorf("got %v, %v before anything is announced", servers, err)
	}
	r.Announce([]Endpoint{{UDP, "203.0.113.5", 3478}, {TCP, "2001:db8::5", 3478}, {TLS, "home.example", 443}})
	servers, err := r.ICEServers("alice")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(servers)
	if err != nil {
		t.Fatal(err)
	}
	want := `"urls":["turn:203.0.113.5:3478?transport=udp","turn:[2001:db8::5]:3478?transport=tcp","turns:home.example:443?transport=tcp"]`
	if !strings.Contains(string(text), want) {
		t.Errorf("got %s", text)
	}
	r.raw(Credentials{servers[0].Username, servers[0].Credential}).allocate()
}

// Who is silent, slow or talks nonsense over TCP is cut off, and so is who was
// revoked; too many are not let in.
func TestConnections(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Times = Times{Proof: 300 * time.Millisecond, Frame: 100 * time.Millisecond}
		c.Limits.AddressConnections = 3
	})
	dial := func() net.Conn {
		conn, err := net.Dial("tcp4", r.tcp.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(testTimeout))
		return conn
	}
	wantEnd := func(name string, conn net.Conn) {
		t.Helper()
		if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil || isTimeout(err) {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
	for name, begin := range map[string]string{
		"silent": "", "half a message": "\x00\x03\x00\x08", "HTTP": "GET / HTTP/1.1\r\n\r\n",
		"too long": "\x00\x03\xff\xfc", "no cookie": "\x00\x01\x00\x00\x00\x00\x00\x00",
	} {
		conn := dial()
		_, _ = conn.Write([]byte(begin))
		wantEnd(name, conn)
		waitFor(t, "the end", func() bool { return r.Stats().Connections == 0 })
	}
	c := newRaw(t, dial(), r.issue("alice"))
	c.allocate()
	dial()
	dial()
	waitFor(t, "three", func() bool { return r.Stats().Connections == 3 })
	wantEnd("the fourth", dial())
	r.Revoke("alice")
	wantEnd("revoked", c.conn)
}

func isTimeout(err error) bool {
	timeout := net.Error(nil)
	return errors.As(err, &timeout) && timeout.Timeout()
}

// A client that takes nothing makes nobody wait.
func TestSlowClient(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limits.Queue = 8; c.Times.Write = 500 * time.Millisecond })
	conn, err := net.Dial("tcp4", r.tcp.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	c := newRaw(t, conn, r.issue("alice"))
	c.allocate()
	if code := c.requestPeer(channelBindRequest, mediaAddr, channel(0x4000)); code != 0 {
		t.Fatalf("bind: %d", code)
	}
	c.send(channelData(0x4000, []byte("a ping over TCP.")))
	waitFor(t, "a way", func() bool { _, got := r.media.count(); return got == 1 })
	packet := make([]byte, 1200)
	waitFor(t, "the end of who takes nothing", func() bool {
		for range 100 {
			r.media.last(packet)
		}
		return r.Stats().Allocations == 0
	})
	if r.Stats().Dropped == 0 {
		t.Error("nothing was dropped")
	}
}

func TestBadConfig(t *testing.T) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for name, c := range map[string]Config{
		"no listener": {Media: &echoMedia{}},
		"no media":    {PacketConns: []net.PacketConn{conn}},
		"limits":      {PacketConns: []net.PacketConn{conn}, Media: &echoMedia{}, Limits: Limits{Peers: -1}},
		"times":       {PacketConns: []net.PacketConn{conn}, Media: &echoMedia{}, Times: Times{Nonce: -1}},
		"ports":       {PacketConns: []net.PacketConn{conn}, Media: &echoMedia{}, Limits: Limits{Allocations: ports + 1}},
	} {
		if s, err := New(c); err == nil {
			t.Errorf("%s is taken", name)
			_ = s.Close()
		}
	}
}
