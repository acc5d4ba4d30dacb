package sfu

import (
	"encoding/binary"
	"time"

	"takoshome/sfu/ortc"
)

// extension is a header extension that the SFU reads or passes on.
type extension uint8

const (
	extNone extension = iota
	extMid
	extRid
	extRepairedRid
	extAbsSendTime
	extTransportCC
	extAudioLevel
	extVideoOrientation
	extTimeOffset
	extAbsCaptureTime
	extPlayoutDelay
	extDependencyDescriptor
	extensionCount
)

func extensionOf(uri string) extension {
	switch uri {
	case ortc.UriMid:
		return extMid
	case ortc.UriRid:
		return extRid
	case ortc.UriRepairedRid:
		return extRepairedRid
	case ortc.UriAbsSendTime:
		return extAbsSendTime
	case ortc.UriTransportCC:
		return extTransportCC
	case ortc.UriAudioLevel:
		return extAudioLevel
	case ortc.UriVideoOrientation:
		return extVideoOrientation
	case ortc.UriTimeOffset:
		return extTimeOffset
	case ortc.UriAbsCaptureTime:
		return extAbsCaptureTime
	case ortc.UriPlayoutDelay:
		return extPlayoutDelay
	case ortc.UriDependencyDescriptor:
		return extDependencyDescriptor
	default:
		return extNone
	}
}

// passedOn are the extensions that a Consumer copies from the Producer; the
// others it stamps itself or leaves out.
var passedOn = [...]extension{
	extAudioLevel, extVideoOrientation, extTimeOffset, extAbsCaptureTime, extPlayoutDelay, extDependencyDescriptor,
}

// extensionIDs tells which extension an id means in what a peer sends.
type extensionIDs [256]extension

func (ids *extensionIDs) learn(parameters []ortc.RtpHeaderExtensionParameters) {
	for _, p := range parameters {
		if e := extensionOf(p.Uri); e != extNone {
			ids[p.Id] = e
		}
	}
}

// extensions are the values found in one packet; they lie in the packet.
type extensions [extensionCount][]byte

// Profiles of the header extension block (RFC 8285 sections 4.2 and 4.3).
const (
	profileOneByte = 0xBEDE
	profileTwoByte = 0x1000
)

// read finds the extensions of an RTP packet whose header is well formed. An
// element that is cut off ends the search.
//
//	0                   1                   2                   3
//	+-------------------------------+-------------------------------+
//	|       profile (0xBEDE)        |       length in words         |
//	+-------+-------+---------------+-------------------------------+
//	|  ID   | len-1 |     value ...                                 |
//	+-------+-------+-----------------------------------------------+
func (x *extensions) read(packet []byte, ids *extensionIDs) {
	*x = extensions{}
	const extensionBit = 0x10
	if len(packet) < 12 || packet[0]&extensionBit == 0 {
		return
	}
	start := 12 + 4*int(packet[0]&0x0F)
	if len(packet) < start+4 {
		return
	}
	profile := binary.BigEndian.Uint16(packet[start:])
	end := start + 4 + 4*int(binary.BigEndian.Uint16(packet[start+2:]))
	if len(packet) < end {
		return
	}
	block := packet[start+4 : end]
	switch {
	case profile == profileOneByte:
		x.readOneByte(block, ids)
	case profile&0xFFF0 == profileTwoByte:
		x.readTwoByte(block, ids)
	}
}

func (x *extensions) readOneByte(block []byte, ids *extensionIDs) {
	for len(block) > 0 {
		id, size := block[0]>>4, int(block[0]&0x0F)+1
		switch {
		case id == 0: // padding
			block = block[1:]
			continue
		case id == 15 || len(block) < 1+size: // 15 stops (RFC 8285 section 4.2)
			return
		}
		if e := ids[id]; e != extNone {
			x[e] = block[1 : 1+size]
		}
		block = block[1+size:]
	}
}

func (x *extensions) readTwoByte(block []byte, ids *extensionIDs) {
	for len(block) > 0 {
		if block[0] == 0 { // padding
			block = block[1:]
			continue
		}
		if len(block) < 2 || len(block) < 2+int(block[1]) {
			return
		}
		size := int(block[1])
		if e := ids[block[0]]; e != extNone {
			x[e] = block[2 : 2+size]
		}
		block = block[2+size:]
	}
}

// extensionWriter lays an extension block into a packet.
type extensionWriter struct {
	buf     []byte // from the block's profile field on
	n       int    // bytes used, with the 4 of profile and length
	twoByte bool
}

// add appends one element and returns its value's place, or nil when it does
// not fit: a missing extension is better than no packet.
func (w *extensionWriter) add(id uint8, size int) []byte {
	headerSize := 1
	if w.twoByte {
		headerSize = 2
	}
	if size == 0 && !w.twoByte || size > 255 || w.n+headerSize+size+4 > len(w.buf) {
		return nil
	}
	if w.twoByte {
		w.buf[w.n], w.buf[w.n+1] = id, uint8(size)
	} else {
		w.buf[w.n] = id<<4 | uint8(size-1)
	}
	place := w.buf[w.n+headerSize : w.n+headerSize+size]
	w.n += headerSize + size
	return place
}

// finish pads to whole words and writes profile and length; it returns the
// block's size, 0 where nothing was added.
func (w *extensionWriter) finish() int {
	if w.n == 4 {
		return 0
	}
	for w.n%4 != 0 {
		w.buf[w.n] = 0
		w.n++
	}
	profile := uint16(profileOneByte)
	if w.twoByte {
		profile = profileTwoByte
	}
	binary.BigEndian.PutUint16(w.buf, profile)
	binary.BigEndian.PutUint16(w.buf[2:], uint16((w.n-4)/4))
	return w.n
}

// putAbsSendTime writes the time as 24 bits of 6.18 fixed point seconds.
func putAbsSendTime(place []byte, now time.Time) {
	const fractionBits = 18
	seconds := uint64(now.Unix()) << fractionBits
	fraction := uint64(now.Nanosecond()) << fractionBits / uint64(time.Second)
	value := seconds | fraction
	place[0], place[1], place[2] = uint8(value>>16), uint8(value>>8), uint8(value)
}
