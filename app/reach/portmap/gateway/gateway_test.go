package gateway

import (
	"net"
	"net/netip"
	"runtime"
	"testing"
)

func TestBest(t *testing.T) {
	four, six := netip.MustParseAddr("192.168.1.1"), netip.MustParseAddr("fe80::1")
	tests := []struct {
		name   string
		hops   []hop
		wants6 bool
		want   string
	}{
		{"none", nil, false, ""},
		{"of the other family", []hop{{name: "a", gateway: six}}, false, ""},
		{"lowest metric", []hop{{name: "a", gateway: four, metric: 600}, {name: "b", gateway: four, metric: 100}}, false, "b"},
		{"first of equals", []hop{{name: "a", gateway: six, metric: 1}, {name: "b", gateway: six, metric: 1}}, true, "a"},
		{"no router at its end", []hop{{name: "a"}, {name: "b", gateway: netip.IPv4Unspecified()}}, false, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := best(test.hops, test.wants6)
			if got.name != test.want || ok != (test.want != "") {
				t.Errorf("got %q, %v, want %q", got.name, ok, test.want)
			}
		})
	}
}

func TestLocals(t *testing.T) {
	addrs := []net.Addr{
		network(t, "10.0.0.5/24"), network(t, "192.168.1.7/24"), network(t, "fe80::7/64"), network(t, "fd00::7/64"),
		network(t, "2001:db8::9/64"), network(t, "2001:db8::7/64"), &net.UDPAddr{},
	}
	if got, _ := local4(addrs, netip.MustParseAddr("192.168.1.1")); got.String() != "192.168.1.7" {
		t.Errorf("got %v, want the one in the router's network", got)
	}
	if got, _ := local4(addrs, netip.MustParseAddr("192.168.9.1")); got.String() != "10.0.0.5" {
		t.Errorf("got %v, want the first", got)
	}
	global, link := locals6(addrs, "eth7")
	if len(global) != 2 || global[0].String() != "2001:db8::7" || link.String() != "fe80::7%eth7" {
		t.Errorf("got %v and %v", global, link)
	}
	many := make([]net.Addr, 20)
	for i := range many {
		many[i] = network(t, "2001:db8::7/64")
	}
	if global, _ := locals6(many, ""); len(global) != maxLocals {
		t.Errorf("got %d addresses, want %d", len(global), maxLocals)
	}
}

// Whatever machine this runs on, what is found makes sense.
func TestFind(t *testing.T) {
	routes, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range routes {
		if !r.Gateway.IsValid() || r.Interface == "" || r.Index == 0 || len(r.Locals) == 0 {
			t.Errorf("%s: got %+v", runtime.GOOS, r)
		}
	}
}

func network(t *testing.T, text string) *net.IPNet {
	t.Helper()
	ip, n, err := net.ParseCIDR(text)
	if err != nil {
		t.Fatal(err)
	}
	n.IP = ip
	return n
}
