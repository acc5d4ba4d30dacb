// Package capture gives the person's microphone, camera and screen as encoded
// samples: sound as Opus (RFC 6716), pictures as VP8 (RFC 6386) in up to three
// sizes. Tones and films of package y4m stand in for devices.
//
// Sound comes from package sound, cameras and screens through the driver manager
// of pion/mediadevices. A device that is missing, busy or lost is reported as
// trouble and taken again when it can be; meanwhile nothing is sent.
//
// Goroutines: each camera has one that reads the device, converts pictures and
// shows them (cameraStream.run), and from Start on one that encodes
// (encoder.run); between them one picture waits at most, the newest. Each
// microphone has one that encodes (microphone.encode); up to ten packets wait
// for it. A tone has one of its own. Close ends and awaits them.
//
// Locks: Capture.mu, cameraStream.mu, exchange.mu and microphone.mu are leaves,
// held for fields only.
package capture
