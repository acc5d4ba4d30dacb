package address

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
)

// maxAnswer is more than any answer to a Binding request has.
const maxAnswer = 1500

// family is IPv4 or IPv6: each is asked for by itself.
type family int

const (
	ipv4 family = iota
	ipv6
	families
)

func (f family) holds(addr netip.Addr) bool { return addr.Unmap().Is4() == (f == ipv4) }

func (f family) network() string {
	if f == ipv4 {
		return "udp4"
	}
	return "udp6"
}

// answer is what one server says.
type answer struct {
	server netip.AddrPort
	mapped netip.AddrPort
}

// question is one request to one server.
type question struct {
	server   netip.AddrPort
	id       [stun.TransactionIDSize]byte
	answered bool
}

// ask asks all servers from one socket, opened for that: so what a router keeps
// of an earlier one does not matter, and the ports that it gives can be compared.
// Servers that do not answer in time, or not well, are missing. It takes the
// socket's own port along.
func (c *Config) ask(ctx context.Context, f family, servers []netip.AddrPort) (answers []answer, local uint16, err error) {
	conn, err := net.ListenUDP(f.network(), nil)
	if err != nil {
		return nil, 0, fmt.Errorf("ask for the public address: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if own, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		local = own.AddrPort().Port()
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	questions := make([]question, len(servers))
	for i, server := range servers {
		questions[i].server = server
		rand.Read(questions[i].id[:]) // never fails (crypto/rand)
	}
	began := time.Now()
	for _, until := range c.timing.sends {
		send(conn, questions)
		if err := conn.SetReadDeadline(began.Add(until)); err != nil {
			return nil, 0, fmt.Errorf("ask for the public address: %w", err)
		}
		var all bool
		if answers, all = listen(conn, f, questions, answers); all || ctx.Err() != nil {
			break
		}
	}
	return answers, local, ctx.Err()
}

// send sends what is not answered yet. What cannot be sent is as good as lost.
func send(conn *net.UDPConn, questions []question) {
	for _, q := range questions {
		if !q.answered {
			_, _ = conn.WriteToUDPAddrPort(request(q.id), q.server)
		}
	}
}

// request is a Binding request (RFC 8489 section 5). It has nothing in it but its
// transaction ID: nothing of us is told.
func request(id [stun.TransactionIDSize]byte) []byte {
	m := stun.New()
	m.Type = stun.BindingRequest
	m.TransactionID = id
	m.WriteHeader()
	return m.Raw
}

// listen reads answers until the deadline, or until all are there.
func listen(conn *net.UDPConn, f family, questions []question, answers []answer) (sofar []answer, all bool) {
	buffer := make([]byte, maxAnswer)
	for len(answers) < len(questions) {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			if isRefusal(err) {
				continue
			}
			return answers, false // it is time, or the socket was closed
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		for i := range questions {
			q := &questions[i]
			if q.answered || q.server != from {
				continue
			}
			if mapped, ok := readAnswer(buffer[:n], q.id); ok && f.holds(mapped.Addr()) {
				q.answered = true
				answers = append(answers, answer{server: from, mapped: mapped})
			}
			break
		}
	}
	return answers, true
}

// isRefusal tells an error of one packet, such as a port that is not open, from
// the end of reading.
func isRefusal(err error) bool {
	var netErr net.Error
	isTimeout := errors.As(err, &netErr) && netErr.Timeout()
	return !isTimeout && !errors.Is(err, net.ErrClosed)
}

// readAnswer reads a success answer to the request with that transaction ID
// (RFC 8489 section 6.3.3): where the request came from, as the server saw it.
func readAnswer(packet []byte, id [stun.TransactionIDSize]byte) (mapped netip.AddrPort, ok bool) {
	if !stun.IsMessage(packet) {
		return netip.AddrPort{}, false
	}
	m := &stun.Message{Raw: packet}
	if m.Decode() != nil || m.Type != stun.BindingSuccess || m.TransactionID != id {
		return netip.AddrPort{}, false
	}
	var xor stun.XORMappedAddress
	if xor.GetFrom(m) != nil {
		return netip.AddrPort{}, false
	}
	addr, ok := netip.AddrFromSlice(xor.IP)
	addr = addr.Unmap()
	if !ok || !IsPublic(addr) || xor.Port <= 0 || xor.Port > 0xFFFF {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addr, uint16(xor.Port)), true
}
