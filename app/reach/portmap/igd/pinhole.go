package igd

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// maxPinholeLease is the longest that the standard knows (WANIPv6FirewallControl:1
// section 2.3.9).
const maxPinholeLease = 24 * time.Hour

// AddPinhole opens a port of IPv6 and gives the number that the router knows it by.
func (r *Router) AddPinhole(ctx context.Context, proto uint8, internal netip.AddrPort, lease time.Duration) (uint16, error) {
	status, err := r.call(ctx, r.firewall, "GetFirewallStatus")
	if err != nil {
		return 0, err
	}
	if status["InboundPinholeAllowed"] == "0" {
		return 0, &Fault{Code: CodeNotAuthorized, Text: "pinholes are not allowed"}
	}
	results, err := r.call(
		ctx, r.firewall, "AddPinhole",
		argument{"RemoteHost", ""},
		argument{"RemotePort", "0"},
		argument{"InternalClient", internal.Addr().String()},
		argument{"InternalPort", number(internal.Port())},
		argument{"Protocol", strconv.FormatUint(uint64(proto), 10)},
		argument{"LeaseTime", seconds(min(lease, maxPinholeLease))},
	)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseUint(results["UniqueID"], 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%w: number of a pinhole", ErrMalformed)
	}
	return uint16(id), nil
}

// UpdatePinhole keeps a port open for longer.
func (r *Router) UpdatePinhole(ctx context.Context, id uint16, lease time.Duration) error {
	_, err := r.call(
		ctx, r.firewall, "UpdatePinhole",
		argument{"UniqueID", number(id)},
		argument{"NewLeaseTime", seconds(min(lease, maxPinholeLease))},
	)
	return err
}

// DeletePinhole closes a port again.
func (r *Router) DeletePinhole(ctx context.Context, id uint16) error {
	_, err := r.call(ctx, r.firewall, "DeletePinhole", argument{"UniqueID", number(id)})
	return err
}
