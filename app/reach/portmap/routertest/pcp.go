package routertest

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// answerPCP is PCP's side and NAT-PMP's of a router, written from the RFCs and
// not from the client's code.
func (r *Router) answerPCP(b []byte, from netip.AddrPort) []byte {
	switch {
	case len(b) >= 24 && b[0] == 2:
		if !r.Behaviour().PCP {
			if r.Behaviour().NATPMP {
				return binary.BigEndian.AppendUint32([]byte{0, 128, 0, 1}, r.seconds())
			}
			return nil
		}
		return r.pcp(b, from)
	case len(b) >= 2 && b[0] == 0 && r.Behaviour().NATPMP:
		return r.pmp(b, from)
	}
	return nil
}

func (r *Router) seconds() uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answered++; r.behaviour.BadEpoch {
		return 1<<30 - 10*r.answered
	}
	return uint32(r.now().Sub(r.epoch) / time.Second)
}

func (r *Router) pcp(b []byte, from netip.AddrPort) []byte {
	answer := make([]byte, len(b))
	copy(answer, b)
	answer[1] |= 0x80
	copy(answer[8:24], make([]byte, 16))
	binary.BigEndian.PutUint32(answer[8:], r.seconds())
	if b[1] == 0 {
		r.note("pcp announce")
		return answer
	}
	if b[1] != 1 || len(b) < 60 {
		answer[3] = 4
		return answer
	}
	client := netip.AddrFrom16([16]byte(b[8:24])).Unmap()
	proto, internal := protoOf(b[36]), binary.BigEndian.Uint16(b[40:])
	lifetime := time.Duration(binary.BigEndian.Uint32(b[4:])) * time.Second
	r.note("pcp map %s %d %v", proto, internal, lifetime)
	if client != from.Addr() {
		answer[3] = 12
		return answer
	}
	wish := Entry{
		Proto: proto, Internal: netip.AddrPortFrom(client, internal),
		External: binary.BigEndian.Uint16(b[42:]), Lease: lifetime, nonce: [12]byte(b[24:36]),
	}
	got, result := r.grant(wish, true)
	answer[3] = result
	if result != 0 {
		return answer
	}
	external := r.Behaviour().External
	if client.Is6() {
		external = client
	}
	address := external.As16()
	binary.BigEndian.PutUint32(answer[4:], uint32(got.Lease/time.Second))
	binary.BigEndian.PutUint16(answer[42:], got.External)
	copy(answer[44:60], address[:])
	return answer
}

func (r *Router) pmp(b []byte, from netip.AddrPort) []byte {
	result := r.Behaviour().PCPResult
	answer := binary.BigEndian.AppendUint32([]byte{0, 128 | b[1], 0, min(result, 5)}, r.seconds())
	switch {
	case b[1] == 0:
		r.note("natpmp address")
		address := r.Behaviour().External.As4()
		answer[3] = 0
		return append(answer, address[:]...)
	case len(b) < 12 || b[1] > 2:
		answer[3] = 5
		return answer
	}
	proto := "UDP"
	if b[1] == 2 {
		proto = "TCP"
	}
	lifetime := time.Duration(binary.BigEndian.Uint32(b[8:])) * time.Second
	internal := binary.BigEndian.Uint16(b[4:])
	r.note("natpmp map %s %d %v", proto, internal, lifetime)
	got, refused := r.grant(Entry{
		Proto: proto, Internal: netip.AddrPortFrom(from.Addr(), internal),
		External: binary.BigEndian.Uint16(b[6:]), Lease: lifetime,
	}, false)
	if refused != 0 {
		answer[3] = min(refused, 5)
		got = Entry{}
	}
	answer = binary.BigEndian.AppendUint16(answer, internal)
	answer = binary.BigEndian.AppendUint16(answer, got.External)
	return binary.BigEndian.AppendUint32(answer, uint32(got.Lease/time.Second))
}

// grant maps, renews, or ends, and gives a result of PCP.
func (r *Router) grant(wish Entry, nonces bool) (Entry, uint8) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expireLocked()
	before, known := r.atLocked(wish.Proto, wish.Internal)
	switch {
	case r.behaviour.PCPResult != 0:
		return Entry{}, r.behaviour.PCPResult
	case known && nonces && before.nonce != wish.nonce:
		return Entry{}, 2 // RFC 6887 section 11.3: not authorized
	case wish.Lease == 0:
		delete(r.entries, key{wish.Proto, before.External})
		return Entry{}, 0
	case known:
		wish.External = before.External
	default:
		for r.entries[key{wish.Proto, wish.External}].Internal.IsValid() || wish.External == 0 {
			wish.External++
		}
	}
	if most := r.behaviour.LeaseMost; most > 0 {
		wish.Lease = min(wish.Lease, most)
	}
	wish.Expires = r.now().Add(wish.Lease)
	r.entries[key{wish.Proto, wish.External}] = wish
	return wish, 0
}

func protoOf(number byte) string {
	if number == 6 {
		return "TCP"
	}
	return "UDP"
}
