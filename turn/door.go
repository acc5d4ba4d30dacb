package turn

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// Codes of errors (RFC 8489 section 14.8, RFC 8656 section 19).
const (
	codeBadRequest   = 400
	codeUnauthorized = 401
	codeForbidden    = 403
	codeMismatch     = 437
	codeStaleNonce   = 438
	codeFamily       = 440
	codeWrongUser    = 441
	codeTransport    = 442
	codeQuota        = 486
	codeCapacity     = 508
)

// door stands before pion/turn, one for each socket and each connection. It knows
// who comes, answers who may not, and hands on what is left with the name and the
// nonce by which pion/turn knows the client.
type door struct {
	server *Server
	// send answers a client directly.
	send func(b []byte, to netip.AddrPort)
	// reliable is TCP, where a client's address is its own.
	reliable bool
	hangUp   func() // ends the connection; nil over UDP
	// trail is how the current packet came, see socket; nil over TCP.
	trail func() []byte

	// The reader's, which is one goroutine of pion/turn's:
	out     [256]byte
	current message // the request that was handed on last
	from    netip.AddrPort
	asking  *client // whose request that was
	again   bool    // it was in vain, as pion/turn wants another nonce
	retried bool

	mu      sync.Mutex // protects clients
	clients map[netip.AddrPort]*client
}

func newDoor(s *Server, reliable bool) *door {
	return &door{server: s, reliable: reliable, clients: map[netip.AddrPort]*client{}}
}

func (d *door) remember(c *client) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clients[c.from] = c
}

func (d *door) forget(c *client) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clients[c.from] == c {
		delete(d.clients, c.from)
	}
}

func (d *door) client(from netip.AddrPort) *client {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clients[from]
}

// settle is called when pion/turn is done with what it got. It returns what that
// gets next without anything having come: the same request once more.
func (d *door) settle(into []byte) int {
	if d.again {
		d.again, d.retried = false, true
		return d.rewrite(into)
	}
	if c := d.asking; c != nil && !c.hasRelay() {
		c.forget() // it got no allocation, or has given it up
	}
	d.asking = nil
	return 0
}

// admit looks at a packet. What it puts into into is for pion/turn.
func (d *door) admit(into, packet []byte, from netip.AddrPort) int {
	if len(packet) == 0 || len(packet) >= maxMessage {
		return 0
	}
	known := d.client(from)
	if packet[0]&0xC0 == channelBit>>8 {
		if known == nil || !isChannelData(packet) {
			return 0
		}
		return copy(into, packet)
	}
	now := d.server.config.Now()
	if known == nil && !d.server.strangers.allow(now, from.Addr()) {
		d.server.counts.limited.Add(1)
		return 0
	}
	m, ok := parse(packet)
	switch {
	case !ok:
	case m.kind == sendIndication:
		if known != nil && m.peers(d.server.isMedia) {
			return copy(into, packet)
		}
		d.server.counts.blocked.Add(1)
	case m.kind&classBits == classRequest:
		return d.request(into, now, &m, from, known)
	}
	return 0
}

// request answers a request, or hands it on.
func (d *door) request(into []byte, now time.Time, m *message, from netip.AddrPort, known *client) int {
	if m.kind == bindingRequest {
		d.binding(now, m, from, known)
		return 0
	}
	p, key, code := d.authenticate(now, m, from)
	if code != 0 {
		if known == nil || d.server.strangers.allow(now, from.Addr()) {
			d.refuse(m, from, code, nil)
		}
		return 0
	}
	if code = d.judge(m, from, p, key, &known); code != 0 {
		d.refuse(m, from, code, key)
		return 0
	}
	known.key = key
	d.current, d.from, d.asking, d.retried = *m, from, known, false
	return d.rewrite(into)
}

// authenticate finds who signed a request (RFC 8489 section 9.2.4).
func (d *door) authenticate(now time.Time, m *message, from netip.AddrPort) (p *peer, key []byte, code int) {
	s := d.server
	switch {
	case m.signedTo == 0:
		s.counts.challenged.Add(1)
		return nil, nil, codeUnauthorized
	case m.username == nil || m.realm == nil || m.nonce == nil:
		return nil, nil, codeBadRequest
	case !s.nonces.isFresh(now, from.Addr(), m.nonce):
		return nil, nil, codeStaleNonce
	}
	p, key = s.find(string(m.username))
	if p == nil || !sameBytes(m.realm, realm) || !m.signedBy(key) {
		s.counts.forged.Add(1)
		return nil, nil, codeUnauthorized
	}
	return p, key, 0
}

// judge says by which error an authentic request is refused; 0: it is not.
func (d *door) judge(m *message, from netip.AddrPort, p *peer, key []byte, known **client) (code int) {
	switch m.kind {
	case allocateRequest:
		return d.judgeAllocate(m, from, p, key, known)
	case connectRequest, connectionBindRequest:
		return codeForbidden
	case refreshRequest, createPermissionRequest, channelBindRequest:
	default:
		return codeBadRequest
	}
	switch c := *known; {
	case c == nil:
		return codeMismatch
	case c.peer != p:
		return codeWrongUser
	case m.kind == createPermissionRequest && !m.peers(func(a netip.AddrPort) bool { return d.server.isMediaHost(a.Addr()) }),
		m.kind == channelBindRequest && !m.peers(d.server.isMedia):
		d.server.counts.blocked.Add(1)
		return codeForbidden
	case m.kind == channelBindRequest && !isChannel(m.get(attrChannel)):
		return codeBadRequest
	}
	return 0
}

func (d *door) judgeAllocate(m *message, from netip.AddrPort, p *peer, key []byte, known **client) (code int) {
	if c := *known; c != nil {
		if c.peer != p {
			return codeMismatch
		}
		return 0 // one that was sent twice; else pion/turn refuses it
	}
	transport, family, even := m.get(attrTransport), m.get(attrFamily), m.get(attrEvenPort)
	switch {
	case len(transport) != 4:
		return codeBadRequest
	case transport[0] != protoUDP:
		return codeTransport
	case len(even) > 0 && even[0] != 0, m.get(attrReservation) != nil:
		return codeCapacity // a second port, for RTCP, which nobody needs any more
	case family != nil && (len(family) != 4 || !d.server.hasFamily(family[0] == familyIPv6)):
		return codeFamily
	}
	c, code := d.server.admitClient(d, from, p, string(m.username), key)
	if code == 0 {
		c.even = even != nil
		*known = c
	}
	return code
}

// rewrite makes of the current request what pion/turn gets.
func (d *door) rewrite(into []byte) int {
	m, s := &d.current, d.server
	var memory [maxMessage + 128]byte
	b := begin(memory[:0], m.kind, m)
	m.each(func(kind uint16, value []byte) bool {
		switch {
		case kind == attrUsername || kind == attrNonce || kind == attrEvenPort:
		case kind == attrLifetime && len(value) == 4 && time.Duration(binary.BigEndian.Uint32(value))*time.Second > s.config.Times.Allocation:
		default:
			b.add(kind, value)
		}
		return true
	})
	if m.kind == allocateRequest && m.get(attrFamily) == nil && !s.hasFamily(false) {
		b.add(attrFamily, []byte{familyIPv6, 0, 0, 0})
	}
	b.add(attrUsername, []byte(d.asking.id))
	nonce := []byte("-")
	if known := s.engineNonce.Load(); known != nil {
		nonce = *known
	}
	b.add(attrNonce, nonce)
	packet := b.finish(d.asking.key)
	if len(packet) >= maxMessage || len(packet) > len(into) {
		return 0
	}
	return copy(into, packet)
}

// intercept keeps from the client what pion/turn says of its own nonce.
func (d *door) intercept(packet []byte) bool {
	if len(packet) < headerSize || binary.BigEndian.Uint16(packet)&(notStunBits|classBits) != classError {
		return false
	}
	m, ok := parse(packet)
	if !ok || errorOf(&m) != codeStaleNonce {
		return false
	}
	nonce := append([]byte(nil), m.nonce...)
	d.server.engineNonce.Store(&nonce)
	d.again = !d.retried
	return true
}

// refuse answers a request by an error, signed where it was authentic.
func (d *door) refuse(m *message, to netip.AddrPort, code int, key []byte) {
	b := begin(d.out[:0], m.kind|classError, m)
	b.add(attrErrorCode, errorCode(code))
	if key == nil && (code == codeUnauthorized || code == codeStaleNonce) {
		b.add(attrNonce, d.server.nonces.make(d.server.config.Now(), to.Addr()))
		b.add(attrRealm, []byte(realm))
	}
	d.answer(b.finish(key), m, to)
}

// binding tells a client its own address.
func (d *door) binding(now time.Time, m *message, to netip.AddrPort, known *client) {
	if known != nil && !d.server.strangers.allow(now, to.Addr()) {
		return
	}
	b := begin(d.out[:0], m.kind|classSuccess, m)
	family, raw := byte(familyIPv4), to.Addr().AsSlice()
	if to.Addr().Is6() {
		family = familyIPv6
	}
	for i := range raw {
		raw[i] ^= m.packet[4+i]
	}
	value := binary.BigEndian.AppendUint16([]byte{0, family}, to.Port()^magicCookie>>16)
	b.add(attrXorMappedAddress, append(value, raw...))
	d.answer(b.finish(nil), m, to)
}

// answer sends nothing that is more than twice as long as what it answers: over
// UDP the request may be in another's name.
func (d *door) answer(packet []byte, m *message, to netip.AddrPort) {
	if !d.reliable && len(packet) > 2*len(m.packet) {
		return
	}
	d.send(packet, to)
}
