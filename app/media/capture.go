package media

import "time"

// Sample is one Opus packet, or one encoded frame of a video layer.
type Sample struct {
	Data []byte // the receiver's to keep
	// Duration is the length of sound, or the time since the layer's last frame.
	Duration time.Duration
	// Taken is when the picture was taken, or the first of the sound recorded.
	// Time goes on in it while nothing is sent.
	Taken    time.Time
	KeyFrame bool
	// LevelDBov is the loudness of sound below full scale, from 0 (the loudest)
	// to 127 (silence), as RFC 6464 section 3 has it.
	LevelDBov uint8
}

// Layer is one simulcast encoding of a video, the smallest first.
type Layer struct {
	Rid        string // "r0", "r1", "r2"; empty where there is one alone
	Width      int
	Height     int
	ScaleDown  float64 // of the camera's size: 4, 2, 1
	MaxBps     int
	MaxFramesS int
}

// Capture gives the devices of this computer.
type Capture interface {
	// Devices are those of this moment.
	Devices() Devices
	// Watch calls fn at first and whenever a device came or went, until stop,
	// which fn must not call.
	Watch(fn func(Devices)) (stop func())
	// OpenMicrophone fails only if the ID cannot be understood: a device that
	// is missing, or goes away, is reported as trouble and taken when it comes.
	OpenMicrophone(MicrophoneConfig) (Microphone, error)
	// OpenCamera opens a camera, a y4m file (its path is the ID), or a screen; it
	// fails and reports like OpenMicrophone.
	OpenCamera(CameraConfig) (Camera, error)
	Close() error
}

// Processing switches the treatment of the microphone's sound, in this order.
type Processing struct {
	Echo  bool `json:"echo"`
	Noise bool `json:"noise"`
	Gain  bool `json:"gain"`
}

// MicrophoneConfig says which microphone, and how.
type MicrophoneConfig struct {
	ID         string // of a Device, Default, or "tone:440"
	Processing Processing
	// Report is told of trouble and of its end (TroubleNone), from any
	// goroutine, never from within OpenMicrophone.
	Report func(Trouble)
}

// Microphone is an open microphone: 48 kHz, one channel, Opus of 20 ms. All but
// Close return at once.
type Microphone interface {
	// Start hands over Opus packets until Close; nil stops that. It starts muted.
	Start(deliver func(Sample))
	// SetMuted stops or starts the packets, never the level.
	SetMuted(muted bool)
	SetProcessing(Processing)
	// Level is the loudness of the last 100 ms, treated but before muting, from
	// 0 (silence, -60 dBFS) to 1 (full scale).
	Level() float64
	Close() error
}

// CameraConfig says which camera or screen, and how.
type CameraConfig struct {
	ID     string // of a Device, Default, or the path of a .y4m file
	Screen bool   // the ID is of Devices.Screens
	// MaxWidth, MaxHeight and MaxFramesS bound what is asked of the device.
	MaxWidth, MaxHeight, MaxFramesS int
	Report                          func(Trouble) // as in MicrophoneConfig
}

// Camera is an open camera or screen. It shows pictures from the beginning and
// encodes VP8 from Start to Close. SetBitrate, RequestKeyFrame and Show return at
// once.
type Camera interface {
	// Start encodes layers, at most max of them: three where the picture is
	// 720 lines high or more, two from 360, else one; two at most for a screen.
	// deliver gets the frames of every layer, numbered as in the layers returned,
	// from one goroutine. It waits a moment for the first picture, which tells the
	// size, and fails without one; once it succeeded, it cannot be called again.
	Start(max int, deliver func(layer int, s Sample)) ([]Layer, error)
	// SetBitrate bounds a layer; 0 switches it off. Before, it has half its MaxBps.
	SetBitrate(layer, bps int)
	RequestKeyFrame(layer int)
	// Show draws the picture on view too; nil: no more.
	Show(view *View)
	// Close ends everything. A camera that is to stop sending is closed, so that
	// its light goes out.
	Close() error
}
