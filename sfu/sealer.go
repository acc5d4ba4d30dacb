package sfu

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"github.com/pion/srtp/v3"

	"takoshome/sfu/rtpstream"
)

// sendKeys encrypt what a transport sends: a sealer where the profile is
// AEAD_AES_128_GCM, a context for any other.
type sendKeys struct {
	context *srtp.Context
	sealer  *sealer
}

func newSendKeys(profile srtp.ProtectionProfile, masterKey, masterSalt []byte) (keys *sendKeys, err error) {
	keys = &sendKeys{}
	if profile == srtp.ProtectionProfileAeadAes128Gcm {
		keys.sealer, err = newSealer(masterKey, masterSalt)
		return keys, err
	}
	if keys.context, err = srtp.CreateContext(masterKey, masterSalt, profile); err != nil {
		return nil, fmt.Errorf("make SRTP context: %w", err)
	}
	return keys, nil
}

// sealRtcp encrypts a compound into slot, or into new memory where that is too
// small.
func (k *sendKeys) sealRtcp(slot, compound []byte) ([]byte, error) {
	if k.sealer != nil {
		return k.sealer.sealRtcp(slot, compound)
	}
	return k.context.EncryptRTCP(slot, compound, nil)
}

// sealer encrypts by AEAD_AES_128_GCM (RFC 7714). It does what an srtp.Context
// does, in half of the memory, and takes a third of the time for RTP away: the
// header is not taken apart again, no table of SSRCs is asked for the rollover
// counter, and the payload goes encrypted from the memory that all consumers share
// to its place.
type sealer struct {
	rtp, rtcp sessionKey
	nonce     [12]byte
	rtcpIndex uint32 // of the last compound, of all SSRCs
	// associated are the bytes that RTCP leaves open, and the index.
	associated [rtcpPlain + 4]byte
}

// sessionKey is derived from the master key for one of the protocols.
type sessionKey struct {
	aead cipher.AEAD
	salt [12]byte
}

// rtcpPlain is what of a compound is not encrypted: its first header and SSRC.
const rtcpPlain = 8

// Labels of the session keys (RFC 3711 section 4.3.2).
const (
	labelRtpKey   = 0x00
	labelRtpSalt  = 0x02
	labelRtcpKey  = 0x03
	labelRtcpSalt = 0x05
)

func newSealer(masterKey, masterSalt []byte) (*sealer, error) {
	rtpKey, err := newSessionKey(masterKey, masterSalt, labelRtpKey, labelRtpSalt)
	if err != nil {
		return nil, err
	}
	rtcpKey, err := newSessionKey(masterKey, masterSalt, labelRtcpKey, labelRtcpSalt)
	if err != nil {
		return nil, err
	}
	return &sealer{rtp: rtpKey, rtcp: rtcpKey}, nil
}

func newSessionKey(masterKey, masterSalt []byte, keyLabel, saltLabel byte) (sessionKey, error) {
	master, err := aes.NewCipher(masterKey)
	if err != nil {
		return sessionKey{}, fmt.Errorf("derive SRTP keys: %w", err)
	}
	key, salt := deriveKey(master, masterSalt, keyLabel), deriveKey(master, masterSalt, saltLabel)
	block, err := aes.NewCipher(key[:len(masterKey)])
	if err != nil {
		return sessionKey{}, fmt.Errorf("derive SRTP keys: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sessionKey{}, fmt.Errorf("derive SRTP keys: %w", err)
	}
	return sessionKey{aead: aead, salt: [12]byte(salt[:12])}, nil
}

// deriveKey is the key derivation of RFC 3711 section 4.3, with a key derivation
// rate of zero, for keys of up to 16 bytes. The salt of RFC 7714 has 96 bits and is
// followed by 16 zeros (RFC 7714 section 11).
func deriveKey(master cipher.Block, masterSalt []byte, label byte) (key [16]byte) {
	const labelAt = 7 // the label is the byte above the 48 bits of the index
	var input [16]byte
	copy(input[:], masterSalt)
	input[labelAt] ^= label
	master.Encrypt(key[:], input[:])
	return key
}

// seal encrypts a payload behind the header at the start of slot and returns the
// whole packet. The payload may lie behind the header already. rollover is of the
// packet's SSRC; a number from before the first one cannot be sent.
func (s *sealer) seal(slot []byte, headerSize int, payload []byte, rollover *rtpstream.Extender) []byte {
	header := slot[:headerSize]
	extended := rollover.Extend(binary.BigEndian.Uint16(header[2:]))
	if extended < firstCycle {
		return nil
	}
	// The nonce is salt XOR (00 00 | SSRC | rollover counter | sequence number),
	// RFC 7714 section 8.1.
	s.nonce = s.rtp.salt
	xor(s.nonce[2:6], header[8:12])
	index := extended - firstCycle
	binary.BigEndian.PutUint32(s.nonce[6:], binary.BigEndian.Uint32(s.nonce[6:])^uint32(index>>16))
	binary.BigEndian.PutUint16(s.nonce[10:], binary.BigEndian.Uint16(s.nonce[10:])^uint16(index))
	return slot[:headerSize+len(s.rtp.aead.Seal(slot[headerSize:headerSize], s.nonce[:], payload, header))]
}

// sealRtcp encrypts a compound behind its first header and SSRC (RFC 7714 section
// 9). The index counts the compounds of all SSRCs: no two have the same nonce.
//
//	|  header, SSRC  |  encrypted  |  tag (16)  |1|  index (31)  |
func (s *sealer) sealRtcp(slot, compound []byte) ([]byte, error) {
	const encrypted, most = 1 << 31, 1<<31 - 1
	if len(compound) < rtcpPlain || s.rtcpIndex == most {
		return nil, errSealRtcp
	}
	s.rtcpIndex++
	s.nonce = s.rtcp.salt
	xor(s.nonce[2:6], compound[4:8])
	binary.BigEndian.PutUint32(s.nonce[8:], binary.BigEndian.Uint32(s.nonce[8:])^s.rtcpIndex)
	copy(s.associated[:], compound[:rtcpPlain])
	binary.BigEndian.PutUint32(s.associated[rtcpPlain:], encrypted|s.rtcpIndex)
	sealed := append(slot[:0], compound[:rtcpPlain]...)
	sealed = s.rtcp.aead.Seal(sealed, s.nonce[:], compound[rtcpPlain:], s.associated[:])
	return append(sealed, s.associated[rtcpPlain:]...), nil
}

// firstCycle is where an Extender begins to count.
const firstCycle = 1 << 16

func xor(dst, src []byte) {
	binary.NativeEndian.PutUint32(dst, binary.NativeEndian.Uint32(dst)^binary.NativeEndian.Uint32(src))
}
