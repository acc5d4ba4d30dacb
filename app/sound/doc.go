// Package sound is this computer's microphones and speakers, at 48 kHz in
// frames of 10 ms: capture, playback, and the treatment of what a microphone
// hears (echo cancellation, noise suppression, gain control). It needs C: malgo
// for devices, speexdsp for treatment.
package sound
