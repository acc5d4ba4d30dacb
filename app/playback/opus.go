package playback

import (
	"fmt"

	"github.com/hraban/opus"

	"takoshome/app/playback/jitter"
)

// opusDecoder is libopus as a jitter.Decoder. A friend's mono comes out on both
// channels.
type opusDecoder struct{ decoder *opus.Decoder }

func newOpusDecoder() (*opusDecoder, error) {
	d, err := opus.NewDecoder(jitter.SampleRate, jitter.Channels)
	if err != nil {
		return nil, fmt.Errorf("%w: opus: %w", ErrDecoder, err)
	}
	return &opusDecoder{decoder: d}, nil
}

// Decode implements jitter.Decoder.
func (d *opusDecoder) Decode(packet []byte, pcm []int16) (samples int, err error) {
	return d.decoder.Decode(packet, exactly(pcm))
}

// Correct implements jitter.Decoder.
func (d *opusDecoder) Correct(next []byte, pcm []int16) error {
	return d.decoder.DecodeFEC(next, exactly(pcm))
}

// Conceal implements jitter.Decoder.
func (d *opusDecoder) Conceal(pcm []int16) error { return d.decoder.DecodePLC(exactly(pcm)) }

// exactly hides the room behind a slice: the library writes up to the capacity.
func exactly(pcm []int16) []int16 { return pcm[:len(pcm):len(pcm)] }
