package pcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

const (
	firstWait = 250 * time.Millisecond // RFC 6886 section 3.1, doubled each time
	// Patience is how long a router is waited for: four requests.
	Patience = firstWait * (1 + 2 + 4 + 8)
	// maxDatagrams is how much rubbish is read while one answer is awaited.
	maxDatagrams = 200
)

// Config says whom to ask.
type Config struct {
	Gateway netip.Addr // the router
	Local   netip.Addr // this machine's address that ports are wanted for
	// Ignored hears of what came and did not count; it may be nil.
	Ignored func(why string, from netip.AddrPort)
	Now     func() time.Time // nil: time.Now
}

// Client asks one router for ports of one address.
type Client struct {
	config    Config
	router    netip.AddrPort
	epoch     Epoch
	restarted bool
}

// NewClient opens nothing yet.
func NewClient(config Config) *Client {
	if config.Ignored == nil {
		config.Ignored = func(string, netip.AddrPort) {}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Client{config: config, router: netip.AddrPortFrom(config.Gateway, Port)}
}

// Restarted tells, once, that the router has lost its mappings.
func (c *Client) Restarted() bool {
	was := c.restarted
	c.restarted = false
	return was
}

func (c *Client) saw(epoch uint32) {
	if c.epoch.Saw(epoch, c.config.Now()) {
		c.restarted = true
	}
}

// Speaks tells which of the protocols the router answers in, asking in both at
// once. One that it answers with a refusal counts too: it may be a passing one.
func (c *Client) Speaks(ctx context.Context) (pcp, natpmp bool) {
	asks := [][]byte{appendHeader(nil, opcodeAnnounce, 0, c.config.Local)}
	if c.config.Local.Is4() {
		asks = append(asks, appendAddress(nil))
	}
	var knowsNoPCP bool
	// The error is about what was not heard, which the results tell as well.
	_ = c.exchange(ctx, asks, func(b []byte) error {
		if _, _, epoch, err := parseHeader(b, opcodeAnnounce); err == nil {
			pcp = Result(b[3]) != UnsupportedVersion
			knowsNoPCP = !pcp
			c.saw(epoch)
		} else if a, err := parseAddress(b); err == nil && a.result != UnsupportedVersion {
			natpmp = true
			c.saw(a.epoch)
		} else if isOldRouter(b) {
			knowsNoPCP = true
		} else {
			return errKind
		}
		if (pcp || knowsNoPCP) && (natpmp || len(asks) == 1) {
			return nil
		}
		return errMore
	})
	return pcp, natpmp
}

// Map asks in PCP.
func (c *Client) Map(ctx context.Context, r Request) (Grant, error) {
	var answer mapAnswer
	err := c.exchange(ctx, [][]byte{appendMap(nil, c.config.Local, r)}, func(b []byte) error {
		if isOldRouter(b) {
			answer = mapAnswer{result: UnsupportedVersion}
			return nil
		}
		a, err := parseMap(b)
		if err != nil {
			return err
		}
		if a.nonce != r.Nonce || a.proto != r.Proto || a.internal != r.Internal {
			return errMismatch
		}
		answer = a
		c.saw(a.epoch)
		return nil
	})
	if err != nil {
		return Grant{}, err
	}
	return grant(answer.result, answer.external, answer.lifetime, r)
}

// MapPMP asks in NAT-PMP. The address outside is what ExternalAddr said.
func (c *Client) MapPMP(ctx context.Context, r Request) (Grant, error) {
	var answer pmpMapAnswer
	err := c.exchange(ctx, [][]byte{appendPMPMap(nil, r)}, func(b []byte) error {
		a, err := parsePMPMap(b, r.Proto)
		if err != nil {
			return err
		}
		if a.result == Success && a.internal != r.Internal {
			return errMismatch
		}
		answer = a
		c.saw(a.epoch)
		return nil
	})
	if err != nil {
		return Grant{}, err
	}
	return grant(answer.result, netip.AddrPortFrom(r.External.Addr(), answer.external), answer.lifetime, r)
}

// ExternalAddr asks in NAT-PMP for the router's address outside.
func (c *Client) ExternalAddr(ctx context.Context) (netip.Addr, error) {
	var answer addressAnswer
	err := c.exchange(ctx, [][]byte{appendAddress(nil)}, func(b []byte) error {
		a, err := parseAddress(b)
		if err != nil {
			return err
		}
		answer = a
		c.saw(a.epoch)
		return nil
	})
	if err != nil {
		return netip.Addr{}, err
	}
	if answer.result != Success {
		return netip.Addr{}, answer.result
	}
	if answer.external.IsUnspecified() {
		return netip.Addr{}, NetworkFailure
	}
	return answer.external, nil
}

// grant makes of an answer what the router has really given.
func grant(result Result, external netip.AddrPort, lifetime time.Duration, r Request) (Grant, error) {
	switch {
	case result != Success:
		return Grant{}, result
	case r.Lifetime == 0:
		return Grant{}, nil
	case lifetime == 0 || external.Port() == 0:
		return Grant{}, NoResources // it says yes and gives nothing
	case !external.Addr().IsValid() || external.Addr().IsUnspecified():
		return Grant{}, NetworkFailure
	}
	return Grant{external, lifetime}, nil
}

// errMore means that a datagram counts, but others are awaited still.
var errMore = errors.New("more is awaited")

// exchange sends the requests, again and again, until take is content with an
// answer of the router.
func (c *Client) exchange(ctx context.Context, requests [][]byte, take func(b []byte) error) error {
	network := "udp4"
	if c.config.Local.Is6() {
		network = "udp6"
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(c.config.Local, 0)))
	if err != nil {
		return fmt.Errorf("ask the router: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()

	left := maxDatagrams
	for wait := firstWait; wait <= firstWait*8; wait *= 2 {
		for _, request := range requests {
			if _, err := conn.WriteToUDPAddrPort(request, c.router); err != nil {
				return fmt.Errorf("ask the router: %w", err)
			}
		}
		if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return fmt.Errorf("ask the router: %w", err)
		}
		err := c.listen(conn, &left, take)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return errors.Join(err, ctx.Err())
		}
	}
	return ErrNoAnswer
}

// listen reads until an answer is the one awaited, or the deadline.
func (c *Client) listen(conn *net.UDPConn, left *int, take func(b []byte) error) error {
	buffer := make([]byte, maxLen+1)
	for ; *left > 0; *left-- {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil { // some systems tell here that a port is closed, or a datagram cut
			c.config.Ignored(errKind.Error(), c.router)
			continue
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if from != c.router {
			c.config.Ignored("not from the router", from)
			continue
		}
		switch err := take(buffer[:n]); {
		case err == nil:
			return nil
		case !errors.Is(err, errMore):
			c.config.Ignored(err.Error(), from)
		}
	}
	return ErrNoAnswer
}
