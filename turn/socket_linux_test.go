package turn

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
)

// Answers, and all that is relayed, come from the address that was asked, although
// the socket is on every address. Other systems have but one loopback address.
func TestAnswersComeFromWhereTheClientAsked(t *testing.T) {
	for _, every := range []string{"0.0.0.0:0", "[::]:0"} {
		t.Run(every, func(t *testing.T) {
			conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(every)))
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t, func(c *Config) { c.PacketConns = append(c.PacketConns, conn) })
			port := netip.MustParseAddrPort(conn.LocalAddr().String()).Port()
			for _, host := range []string{"127.0.0.2", "127.0.0.1"} {
				client, err := net.DialUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.UDPAddr{IP: net.ParseIP(host), Port: int(port)})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = client.Close() }()
				c := newRaw(t, client, r.issue("alice")) // it hears that address alone
				c.allocate()
				if code := c.requestPeer(channelBindRequest, mediaAddr, channel(0x4000)); code != 0 {
					t.Fatalf("%s: bind: %d", host, code)
				}
				ping := channelData(0x4000, []byte("ping"))
				if c.send(ping); !bytes.Equal(c.receive(testTimeout), ping) {
					t.Errorf("%s: no echo", host)
				}
			}
		})
	}
}
