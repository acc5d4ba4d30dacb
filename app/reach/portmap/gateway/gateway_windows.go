package gateway

import (
	"errors"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

// firstGuess is how many bytes are offered first, as Microsoft advises.
const firstGuess = 15000

func defaults() ([]hop, error) {
	first, err := adapters()
	if err != nil {
		return nil, err
	}
	var hops []hop
	for a := first; a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp {
			continue
		}
		for g := a.FirstGatewayAddress; g != nil; g = g.Next {
			addr, ok := netip.AddrFromSlice(g.Address.IP())
			if !ok {
				continue
			}
			h := hop{index: int(a.IfIndex), gateway: addr.Unmap(), metric: a.Ipv4Metric}
			if h.gateway.Is6() {
				h.index, h.metric = int(a.Ipv6IfIndex), a.Ipv6Metric
			}
			hops = append(hops, h)
		}
	}
	return hops, nil
}

func adapters() (*windows.IpAdapterAddresses, error) {
	size := uint32(firstGuess)
	for range 3 { // the list may grow between two calls
		buffer := make([]uint64, (size+7)/8)
		list := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buffer[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, windows.GAA_FLAG_INCLUDE_GATEWAYS, 0, list, &size)
		if !errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) {
			return list, err
		}
	}
	return nil, windows.ERROR_BUFFER_OVERFLOW
}
