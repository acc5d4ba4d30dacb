package portmap

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"

	"takoshome/app/reach/portmap/pcp"
)

// pcpService asks in PCP.
type pcpService struct {
	client *pcp.Client
	secret []byte
}

func (s *pcpService) method() Method  { return PCP }
func (s *pcpService) restarted() bool { return s.client.Restarted() }

func (s *pcpService) add(ctx context.Context, r request) (grant, error) {
	g, err := s.client.Map(ctx, pcp.Request{
		Nonce: s.nonce(r.port), Proto: number(r.port.Proto), Internal: r.port.Internal,
		External: r.external, Lifetime: r.lease,
	})
	return grant{external: g.External, lease: g.Lifetime}, err
}

// check renews: only that tells the address and that the mapping stands.
func (s *pcpService) check(context.Context, *held) (netip.Addr, error) { return netip.Addr{}, errRenew }

func (s *pcpService) remove(ctx context.Context, h *held) error {
	_, err := s.client.Map(ctx, pcp.Request{Nonce: s.nonce(h.port), Proto: number(h.port.Proto), Internal: h.port.Internal})
	return err
}

// nonce is the same for a port at every renewal, for its end, and after a crash:
// with another one, a router refuses (RFC 6887 section 11.3).
func (s *pcpService) nonce(p Port) (n pcp.Nonce) {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("pcp nonce " + p.Proto))
	_ = binary.Write(mac, binary.BigEndian, p.Internal) // a hash takes all
	copy(n[:], mac.Sum(nil))
	return n
}

func number(p Proto) pcp.Proto {
	if p == TCP {
		return pcp.TCP
	}
	return pcp.UDP
}

// pmpService asks in NAT-PMP.
type pmpService struct{ client *pcp.Client }

func (s *pmpService) method() Method  { return NATPMP }
func (s *pmpService) restarted() bool { return s.client.Restarted() }

func (s *pmpService) add(ctx context.Context, r request) (grant, error) {
	addr, err := s.client.ExternalAddr(ctx)
	if err != nil {
		return grant{}, err
	}
	g, err := s.client.MapPMP(ctx, pcp.Request{
		Proto: number(r.port.Proto), Internal: r.port.Internal,
		External: netip.AddrPortFrom(addr, r.external.Port()), Lifetime: r.lease,
	})
	return grant{external: g.External, lease: g.Lifetime}, err
}

// check renews, as with PCP.
func (s *pmpService) check(context.Context, *held) (netip.Addr, error) { return netip.Addr{}, errRenew }

func (s *pmpService) remove(ctx context.Context, h *held) error {
	_, err := s.client.MapPMP(ctx, pcp.Request{Proto: number(h.port.Proto), Internal: h.port.Internal})
	return err
}
