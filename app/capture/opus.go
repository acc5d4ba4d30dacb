package capture

import (
	"errors"
	"fmt"

	"github.com/hraban/opus"

	"takoshome/app/sound"
)

const (
	// opusBps is speech in full bandwidth with room for FEC. More would leave
	// SILK, the part of Opus that has FEC (RFC 6716 section 2.1.7).
	opusBps = 40_000
	// lossPercent is what FEC prepares for.
	lossPercent = 10
	// opusComplexity of 10: half the work of the most, no difference that is heard.
	opusComplexity = 5
	maxOpusPacket  = 1275 // bytes, RFC 6716 section 3.2.1
)

// opusEncoder encodes speech in packets of 20 ms. It does not stop in silence
// (no DTX): the network's state stays known, and a muted microphone sends
// nothing anyway.
type opusEncoder struct {
	encoder *opus.Encoder
	buffer  [maxOpusPacket]byte
}

func newOpus() (*opusEncoder, error) {
	e, err := opus.NewEncoder(sound.RateHz, 1, opus.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("open the Opus encoder: %w", err)
	}
	err = errors.Join(e.SetBitrate(opusBps), e.SetInBandFEC(true), e.SetPacketLossPerc(lossPercent),
		e.SetComplexity(opusComplexity), e.SetDTX(false))
	if err != nil {
		return nil, fmt.Errorf("set up the Opus encoder: %w", err)
	}
	return &opusEncoder{encoder: e}, nil
}

// encode gives a packet that is the caller's.
func (e *opusEncoder) encode(pcm []int16) ([]byte, error) {
	n, err := e.encoder.Encode(pcm, e.buffer[:])
	if err != nil {
		return nil, err
	}
	return append([]byte(nil), e.buffer[:n]...), nil
}
