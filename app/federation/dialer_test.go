package federation

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

// Where another server's call is leads to no private address, but for those of the
// configuration.
func TestDialer(t *testing.T) {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer func() { _ = listener.Close() }()
	there := netip.MustParseAddrPort(listener.Addr().String())
	dial := must(Dialer(Hosts{"B.example": there}))(t)
	conn, err := dial(t.Context(), "tcp", "b.example:443")
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	for _, address := range []string{there.String(), "127.0.0.1:443", "[::1]:443", "localhost:443", "192.168.1.5:443", "93.184.215.14:22"} {
		if conn, err := dial(t.Context(), "tcp", address); !errors.Is(err, errNotPublic) {
			t.Errorf("%s: got %v, %v", address, conn, err)
		}
	}
	if _, err := Dialer(Hosts{"10.0.0.1": there}); err == nil {
		t.Error("an address was taken for a domain")
	}
}
