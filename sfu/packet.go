package sfu

import (
	"time"

	"github.com/pion/rtp"

	"takoshome/sfu/codec"
)

// packet is a decrypted RTP packet on its way through the SFU. It lives in the
// reader's memory and is gone with the next read.
type packet struct {
	stream  *producerStream
	header  rtp.Header
	raw     []byte     // header and payload, without padding
	payload []byte     // the part of raw behind the header
	info    codec.Info // what the payload is, for video
	body    []byte     // the payload with padding for the way on
	ext     extensions
	now     time.Time
}

// parse takes a plain RTP packet apart. It reports false for one that is not
// well formed: bad lengths, or padding longer than the payload (RFC 3550
// section 5.1).
func (p *packet) parse(now time.Time, raw []byte, ids *extensionIDs) bool {
	headerSize, err := p.header.Unmarshal(raw)
	if err != nil || headerSize > len(raw) {
		return false
	}
	end := len(raw)
	if p.header.Padding {
		padding := int(raw[end-1])
		if padding == 0 || headerSize+padding > end {
			return false
		}
		end -= padding
		raw[0] &^= 0x20 // the padding ends here: it was for this hop
		p.header.Padding = false
	}
	p.now = now
	p.raw = raw[:end]
	p.payload = raw[headerSize:end]
	p.body = p.payload
	p.ext.read(raw, ids)
	return true
}

// headerSize is where the payload starts.
func (p *packet) headerSize() int { return len(p.raw) - len(p.payload) }
