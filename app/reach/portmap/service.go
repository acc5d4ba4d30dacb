package portmap

import (
	"context"
	"net/netip"
	"time"
)

// request asks a router for one port, for the first time or again.
type request struct {
	port  Port
	local netip.AddrPort
	// external is what it should be: what it was before, or only a port.
	external netip.AddrPort
	lease    time.Duration
	before   *held // what is renewed, or nil
}

// grant is what a router gave.
type grant struct {
	external netip.AddrPort
	lease    time.Duration // 0: for ever
	pinhole  uint16        // UPnP's number of it
}

// held is a mapping that stands as far as is known.
type held struct {
	grant
	by      service
	port    Port
	local   netip.AddrPort
	renewed time.Time
	renewAt time.Time
	expires time.Time // zero: never
	checked bool      // found standing since it was made
}

// service is a router, by one of the methods.
type service interface {
	method() Method
	// add maps a port, or renews it.
	add(ctx context.Context, r request) (grant, error)
	// check looks whether a mapping stands, where that is possible without
	// renewing it. The error is errGone or errStolen where it does not,
	// errRenew where a renewal is the way to know, and any other where the router
	// did not tell.
	check(ctx context.Context, h *held) (external netip.Addr, err error)
	remove(ctx context.Context, h *held) error
	// restarted tells, once, that the router has lost its mappings.
	restarted() bool
}
