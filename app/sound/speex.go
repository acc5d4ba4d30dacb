package sound

/*
#cgo pkg-config: speexdsp
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
*/
import "C"

import (
	"unsafe"
)

const (
	// tailSamples is how far back an echo may come from, 200 ms.
	tailSamples = RateHz / 5
	// How much is taken away at most, in decibels: of steady noise, of what is
	// left of the echo, and of that while the person speaks too.
	noiseDb, echoDb, echoSpeakingDb = -25, -45, -15
	// Gain control aims at this loudness in units of samples, which speech has at
	// about -24 dBFS, with at most so much amplification. It goes up and down by
	// decibels a second.
	gainLevel   = 24000
	gainMaxDb   = 24
	gainUpDbS   = 12
	gainDownDbS = -40
)

// echoCanceller takes away what the speaker plays from what the microphone
// hears, by an adaptive filter (speexdsp's MDF).
type echoCanceller struct {
	state *C.SpeexEchoState
	out   []int16
}

func newEchoCanceller() (*echoCanceller, error) {
	state := C.speex_echo_state_init(FrameSamples, tailSamples)
	if state == nil {
		return nil, errTreatment
	}
	rate := C.int(RateHz)
	C.speex_echo_ctl(state, C.SPEEX_ECHO_SET_SAMPLING_RATE, unsafe.Pointer(&rate))
	return &echoCanceller{state: state, out: make([]int16, FrameSamples)}, nil
}

// cancel gives one frame without the echo, until the next call. played is what
// the speaker was playing then, or earlier by less than the tail.
func (c *echoCanceller) cancel(pcm, played []int16) []int16 {
	C.speex_echo_cancellation(c.state, pointer(pcm), pointer(played), pointer(c.out))
	return c.out
}

// reset forgets the room.
func (c *echoCanceller) reset() { C.speex_echo_state_reset(c.state) }

func (c *echoCanceller) close() { C.speex_echo_state_destroy(c.state) }

// preprocessor suppresses noise and what is left of the echo, and controls the
// loudness. It delays by one frame.
type preprocessor struct {
	state *C.SpeexPreprocessState
	echo  *echoCanceller
	held  bool
}

func newPreprocessor(echo *echoCanceller) (*preprocessor, error) {
	state := C.speex_preprocess_state_init(FrameSamples, RateHz)
	if state == nil {
		return nil, errTreatment
	}
	p := &preprocessor{state: state, echo: echo}
	p.set(C.SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, echoDb)
	p.set(C.SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, echoSpeakingDb)
	p.set(C.SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, gainMaxDb)
	p.set(C.SPEEX_PREPROCESS_SET_AGC_INCREMENT, gainUpDbS)
	p.set(C.SPEEX_PREPROCESS_SET_AGC_DECREMENT, gainDownDbS)
	level := C.float(gainLevel)
	C.speex_preprocess_ctl(state, C.SPEEX_PREPROCESS_SET_AGC_LEVEL, unsafe.Pointer(&level))
	return p, nil
}

// choose switches the parts. Without noise suppression, but with echo, only what
// is left of the echo is suppressed.
func (p *preprocessor) choose(echo, noise, gain bool) {
	var state unsafe.Pointer
	if echo {
		state = unsafe.Pointer(p.echo.state)
	}
	C.speex_preprocess_ctl(p.state, C.SPEEX_PREPROCESS_SET_ECHO_STATE, state)
	suppress := 0
	if noise {
		suppress = noiseDb
	}
	p.set(C.SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, suppress)
	p.set(C.SPEEX_PREPROCESS_SET_DENOISE, number(noise || echo))
	p.set(C.SPEEX_PREPROCESS_SET_AGC, number(gain))
}

// hold keeps gain control from making it louder, or lets it again.
func (p *preprocessor) hold(held bool) {
	if held == p.held {
		return
	}
	p.held = held
	upDbS := gainUpDbS
	if held {
		upDbS = 0
	}
	p.set(C.SPEEX_PREPROCESS_SET_AGC_INCREMENT, upDbS)
}

func (p *preprocessor) set(request C.int, value int) {
	v := C.int(value)
	C.speex_preprocess_ctl(p.state, request, unsafe.Pointer(&v))
}

func (p *preprocessor) run(pcm []int16) { C.speex_preprocess_run(p.state, pointer(pcm)) }

func (p *preprocessor) close() { C.speex_preprocess_state_destroy(p.state) }

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}

func pointer(pcm []int16) *C.spx_int16_t {
	return (*C.spx_int16_t)(unsafe.Pointer(unsafe.SliceData(pcm)))
}
