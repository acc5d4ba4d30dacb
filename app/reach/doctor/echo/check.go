package echo

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
)

const (
	maxCheckBytes = 1500
	// maxStray is how many packets that are no answer one check looks at.
	maxStray = 16
	// checkPriority is of a peer-reflexive candidate (RFC 8445 section 5.1.2).
	checkPriority = 110<<24 | 65535<<8 | 255
)

// check is one ICE check: a request, and what its answer is known by.
type check struct {
	request *stun.Message
	signed  stun.MessageIntegrity
}

func newCheck(credentials ICE) (check, error) {
	signed := stun.NewShortTermIntegrity(credentials.Pwd)
	number := make([]byte, 8)
	binary.BigEndian.PutUint32(number[4:], checkPriority)
	request, err := stun.Build(
		stun.BindingRequest, stun.TransactionID,
		stun.NewUsername(credentials.Ufrag+":echo"),
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: number},
		stun.RawAttribute{Type: stun.AttrPriority, Value: number[4:]},
		signed, stun.Fingerprint,
	)
	return check{request, signed}, err
}

// isAnswer knows a success response of who has the password (RFC 8445 section 7.2.5).
func (c check) isAnswer(packet []byte) bool {
	m := &stun.Message{Raw: append([]byte(nil), packet...)}
	return m.Decode() == nil && m.Type == stun.BindingSuccess &&
		m.TransactionID == c.request.TransactionID && c.signed.Check(m) == nil
}

// again is when a check is sent once more over UDP, after the first time.
func again() []time.Duration { return []time.Duration{500 * time.Millisecond, time.Second} }

// CheckUDP tries a media port over UDP until ctx ends; nil: its transport answered.
func CheckUDP(ctx context.Context, to netip.AddrPort, credentials ICE) error {
	c, err := newCheck(credentials)
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", to.String())
	if err != nil {
		return err
	}
	defer closeAfter(ctx, conn)()
	for _, wait := range append(again(), tryTime) {
		// A port that refuses costs no more than one that is silent.
		_, _ = conn.Write(c.request.Raw)
		if c.await(conn, wait) == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errNoProof
}

// await reads until the answer comes, or time is up.
func (c check) await(conn net.Conn, wait time.Duration) error {
	deadline := time.Now().Add(wait)
	packet := make([]byte, maxCheckBytes)
	for range maxStray {
		_ = conn.SetReadDeadline(deadline)
		n, err := conn.Read(packet)
		if err != nil {
			return err
		}
		if c.isAnswer(packet[:n]) {
			return nil
		}
	}
	return errNoProof
}

// CheckTCP tries a media port over TCP, in the frames of RFC 4571.
func CheckTCP(ctx context.Context, to netip.AddrPort, credentials ICE) error {
	c, err := newCheck(credentials)
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", to.String())
	if err != nil {
		return err
	}
	defer closeAfter(ctx, conn)()
	frame := binary.BigEndian.AppendUint16(nil, uint16(len(c.request.Raw)))
	if _, err := conn.Write(append(frame, c.request.Raw...)); err != nil {
		return err
	}
	for range maxStray {
		packet, err := readFrame(conn)
		if err != nil {
			return err
		}
		if c.isAnswer(packet) {
			return nil
		}
	}
	return errNoProof
}

func readFrame(from io.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint16(size[:]))
	if length > maxCheckBytes {
		return nil, errNoProof
	}
	packet := make([]byte, length)
	_, err := io.ReadFull(from, packet)
	return packet, err
}

// closeAfter closes a connection when ctx ends, or what it returns is called.
func closeAfter(ctx context.Context, conn net.Conn) (end func()) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return func() {
		stop()
		_ = conn.Close()
	}
}
