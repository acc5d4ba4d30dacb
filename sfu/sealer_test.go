package sfu

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"takoshome/sfu/rtpstream"
)

// newTestKeys gives the keys of a profile and what takes apart what they sealed.
func newTestKeys(t *testing.T, profile srtp.ProtectionProfile, saltSize int) (keys *sendKeys, other, decrypt *srtp.Context) {
	t.Helper()
	key, salt := make([]byte, 16), make([]byte, saltSize)
	_, _ = rand.Read(key)
	_, _ = rand.Read(salt)
	keys, err := newSendKeys(profile, key, salt)
	if err != nil {
		t.Fatal(err)
	}
	contexts := make([]*srtp.Context, 2)
	for i := range contexts {
		if contexts[i], err = srtp.CreateContext(key, salt, profile, srtp.SRTPReplayProtection(64)); err != nil {
			t.Fatal(err)
		}
	}
	return keys, contexts[0], contexts[1]
}

// What is sealed here is what pion seals, over two wraps of the sequence number,
// with packets out of order, and on two SSRCs.
func TestSealerIsSrtp(t *testing.T) {
	for name, test := range map[string]struct {
		profile  srtp.ProtectionProfile
		saltSize int
		isOurs   bool
	}{
		"GCM": {srtp.ProtectionProfileAeadAes128Gcm, 12, true},
		"CM":  {srtp.ProtectionProfileAes128CmHmacSha1_80, 14, false},
	} {
		t.Run(name, func(t *testing.T) {
			keys, other, decrypt := newTestKeys(t, test.profile, test.saltSize)
			if (keys.sealer != nil) != test.isOurs {
				t.Fatal("the wrong way")
			}
			o := outbound{keys: keys}
			var rollovers [2]rtpstream.Extender
			sequence := uint16(65000)
			for i := range 140_000 {
				step, stream := uint16(1), i%2
				if i%7 == 0 {
					step = 20
				}
				sequence += step
				number := sequence
				if i%1001 == 1000 {
					number -= 9 // late, and not sent before: the steps leave gaps
				}
				if i > 2000 && i < 130_000 && i%97 != 0 {
					rollovers[stream].Extend(number) // as if it had been sealed
					continue
				}
				packet := rtp.Packet{
					Header:  rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: number, Timestamp: 7, SSRC: uint32(stream + 1)},
					Payload: bytes.Repeat([]byte{byte(i)}, i%50),
				}
				if i%3 == 0 {
					_ = packet.SetExtension(5, []byte{1, 2})
				}
				checkSealed(t, &o, &rollovers[stream], &packet, other, decrypt)
			}
		})
	}
}

func checkSealed(t *testing.T, o *outbound, rollover *rtpstream.Extender, packet *rtp.Packet, other, decrypt *srtp.Context) {
	t.Helper()
	plain, err := packet.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	headerSize := len(plain) - len(packet.Payload)
	slot := make([]byte, len(plain)+32)
	copy(slot, plain[:headerSize])
	got := o.sealLocked(slot, headerSize, packet.Payload, rollover)
	want, err := other.EncryptRTP(nil, plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("number %d: got % x, want % x", packet.SequenceNumber, got, want)
	}
	// In place, too.
	if o.keys.sealer != nil {
		copy(slot, plain)
		if again := o.sealLocked(slot, headerSize, slot[headerSize:len(plain)], rollover); !bytes.Equal(again, want) {
			t.Fatalf("in place: got % x, want % x", again, want)
		}
	}
	if opened, err := decrypt.DecryptRTP(nil, got, nil); err != nil || !bytes.Equal(opened, plain) {
		t.Fatalf("number %d does not open: %v", packet.SequenceNumber, err)
	}
}

// A number from before the first would have a rollover counter below zero.
func TestSealerRefusesNumbersBeforeTheFirst(t *testing.T) {
	keys, _, _ := newTestKeys(t, srtp.ProtectionProfileAeadAes128Gcm, 12)
	var rollover rtpstream.Extender
	rollover.Extend(2)
	slot := make([]byte, 100)
	slot[0], slot[2], slot[3] = 0x80, 0xFF, 0xFF
	if got := keys.sealer.seal(slot, rtpHeaderSize, []byte("payload"), &rollover); got != nil {
		t.Errorf("sealed % x", got)
	}
}

// RTCP of one sender is sealed to the byte as pion does; of several it opens, each
// packet once.
func TestSealerIsSrtcp(t *testing.T) {
	keys, other, decrypt := newTestKeys(t, srtp.ProtectionProfileAeadAes128Gcm, 12)
	for i := range 50 {
		compound, err := rtcp.Marshal([]rtcp.Packet{
			&rtcp.SenderReport{SSRC: 7, RTPTime: uint32(i)}, &rtcp.PictureLossIndication{MediaSSRC: 9},
		})
		if err != nil {
			t.Fatal(err)
		}
		slot := make([]byte, 8*(i%20)) // too small, mostly
		got, err := keys.sealRtcp(slot, compound)
		want, otherErr := other.EncryptRTCP(nil, compound, nil)
		if err := errors.Join(err, otherErr); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("got % x, want % x, %v", got, want, err)
		}
	}
	seen := map[string]bool{}
	for i := range 50 {
		compound, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: uint32(i % 3)}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := keys.sealRtcp(make([]byte, 200), compound)
		if err != nil || seen[string(got)] {
			t.Fatal(i, err)
		}
		seen[string(got)] = true
		if opened, err := decrypt.DecryptRTCP(nil, got, nil); err != nil || !bytes.Equal(opened, compound) {
			t.Fatalf("%d does not open: %v", i, err)
		}
	}
	if _, err := keys.sealRtcp(nil, []byte{0x80, 201, 0, 0}); !errors.Is(err, errSealRtcp) {
		t.Errorf("half a header: %v", err)
	}
	keys.sealer.rtcpIndex = 1<<31 - 1
	if _, err := keys.sealRtcp(nil, make([]byte, 8)); !errors.Is(err, errSealRtcp) {
		t.Errorf("all indexes are used: %v", err)
	}
}
