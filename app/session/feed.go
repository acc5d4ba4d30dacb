package session

import (
	"sync"
	"sync/atomic"

	"takoshome/app/media"
)

// feed joins a device to a producer, each of which may be replaced: it passes
// samples one way, bitrates and wishes for keyframes the other.
type feed struct {
	producer atomic.Pointer[Producer] // nil: samples are dropped

	// mu protects the fields below.
	mu     sync.Mutex
	camera media.Camera // nil: none, or a microphone
	rates  map[int]int  // by layer, as last told
}

// sound takes a microphone's packet.
func (f *feed) sound(s media.Sample) { f.frame(0, s) }

// frame takes a frame. One that the network has no room for is lost, as on the
// way; the producer counts it.
func (f *feed) frame(layer int, s media.Sample) {
	if p := f.producer.Load(); p != nil {
		_ = (*p).Write(layer, s)
	}
}

// setProducer begins with a keyframe.
func (f *feed) setProducer(p Producer, layers int) {
	if p == nil {
		f.producer.Store(nil)
		return
	}
	f.producer.Store(&p)
	for layer := range layers {
		f.keyFrame(layer)
	}
}

// setCamera tells the camera what the network last told of bitrates.
func (f *feed) setCamera(camera media.Camera) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.camera = camera
	if camera == nil {
		return
	}
	for layer, bps := range f.rates {
		camera.SetBitrate(layer, bps)
	}
}

// bitrate is participant.ProducerConfig.Bitrate.
func (f *feed) bitrate(layer, bps int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rates == nil {
		f.rates = map[int]int{}
	}
	f.rates[layer] = bps
	if f.camera != nil {
		f.camera.SetBitrate(layer, bps)
	}
}

// keyFrame is participant.ProducerConfig.KeyFrame.
func (f *feed) keyFrame(layer int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.camera != nil {
		f.camera.RequestKeyFrame(layer)
	}
}
