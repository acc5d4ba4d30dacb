package sfu

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"github.com/pion/srtp/v3"

	"takoshome/sfu/rtpstream"
)

// sendKeys encrypt what a transport sends.
type sendKeys struct {
	context *srtp.Context // RTCP, and RTP where there is no sealer
	sealer  *sealer       // nil for profiles other than AEAD_AES_128_GCM
}

func newSendKeys(profile srtp.ProtectionProfile, masterKey, masterSalt []byte) (*sendKeys, error) {
	context, err := srtp.CreateContext(masterKey, masterSalt, profile)
	if err != nil {
		return nil, fmt.Errorf("make SRTP context: %w", err)
	}
	keys := &sendKeys{context: context}
	if profile == srtp.ProtectionProfileAeadAes128Gcm {
		keys.sealer, err = newSealer(masterKey, masterSalt)
	}
	return keys, err
}

// sealer encrypts RTP by AEAD_AES_128_GCM (RFC 7714). It does what an
// srtp.Context does and takes a third of its time away: the header is not taken
// apart again, no table of SSRCs is asked for the rollover counter, and the
// payload goes encrypted from the memory that all consumers share to its place.
type sealer struct {
	aead  cipher.AEAD
	salt  [12]byte
	nonce [12]byte
}

// Labels of the session keys (RFC 3711 section 4.3.2).
const (
	labelEncryption = 0x00
	labelSalt       = 0x02
)

func newSealer(masterKey, masterSalt []byte) (*sealer, error) {
	master, err := aes.NewCipher(masterKey)
	if err != nil {
		return nil, fmt.Errorf("derive SRTP keys: %w", err)
	}
	key, salt := deriveKey(master, masterSalt, labelEncryption), deriveKey(master, masterSalt, labelSalt)
	block, err := aes.NewCipher(key[:len(masterKey)])
	if err != nil {
		return nil, fmt.Errorf("derive SRTP keys: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("derive SRTP keys: %w", err)
	}
	return &sealer{aead: aead, salt: [12]byte(salt[:12])}, nil
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
	s.nonce = s.salt
	xor(s.nonce[2:6], header[8:12])
	index := extended - firstCycle
	binary.BigEndian.PutUint32(s.nonce[6:], binary.BigEndian.Uint32(s.nonce[6:])^uint32(index>>16))
	binary.BigEndian.PutUint16(s.nonce[10:], binary.BigEndian.Uint16(s.nonce[10:])^uint16(index))
	return slot[:headerSize+len(s.aead.Seal(slot[headerSize:headerSize], s.nonce[:], payload, header))]
}

// firstCycle is where an Extender begins to count.
const firstCycle = 1 << 16

func xor(dst, src []byte) {
	binary.NativeEndian.PutUint32(dst, binary.NativeEndian.Uint32(dst)^binary.NativeEndian.Uint32(src))
}
