package loadtest

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// A payload tells what it is, when it was sent, and is checked to the last byte:
//
//	|  codec's header (14 bytes)  | magic (4) | stream (4) |
//	|  counter (8)                | sent at, Unix ns (8)   |
//	|  body: bytes of the pattern, from a place that the counter gives |
//
// The codec's header is for the host: a VP8 payload descriptor (RFC 7741 section
// 4.2) and a frame's (RFC 6386 section 9.1), or an Opus frame's first byte (RFC
// 6716 section 3.1).
const (
	codecHeader = 14
	stampSize   = 24
	minPayload  = codecHeader + stampSize + 8

	stampMagic = 0x54414B4F
	bodyBytes  = 1 << 16
)

// stamp is what a payload says of itself.
type stamp struct {
	stream  uint32
	counter uint64
	sentNs  int64 // Unix time
}

// pattern is what bodies are cut out of, the same in every process.
type pattern []byte

func newPattern() pattern {
	p := make(pattern, bodyBytes+2048)
	random := rand.NewChaCha8([32]byte{'t', 'a', 'k', 'o', 's'})
	_, _ = random.Read(p) // it never fails
	return p
}

// body is the part of the pattern that belongs to a counter.
func (p pattern) body(counter uint64, size int) []byte {
	start := counter * 0x9E3779B97F4A7C15 >> 48 // 16 bits, all over the place
	return p[start : int(start)+size]
}

// write fills a payload behind the codec's header.
func (p pattern) write(payload []byte, s stamp) {
	at := payload[codecHeader:]
	binary.BigEndian.PutUint32(at, stampMagic)
	binary.BigEndian.PutUint32(at[4:], s.stream)
	binary.BigEndian.PutUint64(at[8:], s.counter)
	binary.BigEndian.PutUint64(at[16:], uint64(s.sentNs))
	copy(at[stampSize:], p.body(s.counter, len(at)-stampSize))
}

// read takes a payload's stamp, and reports false where the content is not what
// was sent.
func (p pattern) read(payload []byte) (s stamp, ok bool) {
	if len(payload) < codecHeader+stampSize || len(payload) > 2048 {
		return stamp{}, false
	}
	at := payload[codecHeader:]
	if binary.BigEndian.Uint32(at) != stampMagic {
		return stamp{}, false
	}
	s = stamp{
		stream:  binary.BigEndian.Uint32(at[4:]),
		counter: binary.BigEndian.Uint64(at[8:]),
		sentNs:  int64(binary.BigEndian.Uint64(at[16:])),
	}
	body := at[stampSize:]
	return s, bytes.Equal(body, p.body(s.counter, len(body)))
}

// vp8Header writes descriptor and frame header of a packet.
//
//	|X|R|N|S|R| PID |  X: extended, S: the frame begins
//	|I|L|T|K|  RSV  |  I: a picture ID follows
//	|M| picture ID of 15 bits       |
func vp8Header(payload []byte, pictureID uint16, first, key bool) {
	clear(payload[:codecHeader])
	payload[0], payload[1] = 0x80, 0x80
	binary.BigEndian.PutUint16(payload[2:], 0x8000|pictureID)
	if !first {
		return
	}
	payload[0] |= 0x10
	if !key {
		payload[4] = 0x01 // not a keyframe
		return
	}
	payload[4] = 0x10 // shown
	copy(payload[7:], []byte{0x9D, 0x01, 0x2A})
	binary.LittleEndian.PutUint16(payload[10:], 1280)
	binary.LittleEndian.PutUint16(payload[12:], 720)
}

// opusHeader is that of one frame of 20 ms, full band.
func opusHeader(payload []byte) {
	clear(payload[:codecHeader])
	payload[0] = 0x78
}

// packet writes a whole packet, not encrypted, into memory that is used again.
func (p pattern) packet(memory []byte, head *rtpHead, shape shape, pictureID uint16, s stamp) []byte {
	packet := head.append(memory[:0])
	start := len(packet)
	packet = slices.Grow(packet, shape.size)[:start+shape.size]
	payload := packet[start:]
	if shape.isVideo {
		vp8Header(payload, pictureID, shape.first, shape.key)
	} else {
		opusHeader(payload)
	}
	p.write(payload, s)
	return packet
}
