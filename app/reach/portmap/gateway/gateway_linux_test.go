package gateway

import "testing"

const table4 = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
tun0	00000000	00000000	0001	0	0	50	00000000	0	0	0
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	010200C0	0003	0	0	100	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
down	00000000	010200C0	0002	0	0	1	00000000	0	0	0
half	00000000	0102
odd	00000000	zz0200C0	0003	0	0	1	00000000	0	0	0
`

const table6 = `00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe80000000000000025056fffee30000 00000400 00000003 00000000 00000003     eth0
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`

func TestTables(t *testing.T) {
	hops := parse4([]byte(table4))
	if len(hops) != 2 || hops[0].name != "wlan0" || hops[1].gateway.String() != "192.0.2.1" || hops[1].metric != 100 {
		t.Errorf("got %+v", hops)
	}
	hops = parse6([]byte(table6))
	if len(hops) != 1 || hops[0].gateway.String() != "fe80::250:56ff:fee3:0" || hops[0].metric != 0x400 || hops[0].name != "eth0" {
		t.Errorf("got %+v", hops)
	}
}

func FuzzTables(f *testing.F) {
	f.Add([]byte(table4))
	f.Add([]byte(table6))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, h := range append(parse4(text), parse6(text)...) {
			if !h.gateway.IsValid() {
				t.Errorf("a hop without a gateway: %+v", h)
			}
		}
	})
}
