// Package sound is this computer's microphones and speakers, at 48 kHz in
// frames of 10 ms: capture, playback, and the treatment of what a microphone
// hears (echo cancellation, noise suppression, gain control). It needs C: malgo
// for devices, speexdsp for treatment.
//
// # Devices
//
// An Engine has one sound system: on Linux PulseAudio (or PipeWire, which looks
// the same), else ALSA or JACK; WASAPI and its forerunners on Windows, Core
// Audio on macOS. With PULSE_SERVER set it is that server or nothing. Having
// none is no error: it is looked for again, at most every 10 s.
//
// An Input or Output is a wish that its slot tries to fulfil all the time: a
// device that is missing, goes away or does not open is reported as trouble and
// opened when it can be. Monitors, by which PulseAudio offers what a speaker
// plays as a microphone, are no devices, and the default microphone is never
// one of them. A device that is there but gives nothing for 3 s is busy: another
// program has the hardware.
//
// Miniaudio, below malgo, does not notice when a PulseAudio server dies or takes
// a device away: its thread just waits. So the list of devices is read every
// second while anything is open, and at once when a device is quiet for 300 ms.
// It also leaks a connection whenever a device does not open, so nothing is
// opened that is not on the list, and failures are tried again ever more rarely.
//
// # Latency
//
// A microphone hands over 10 ms at a time. The buffer of a speaker holds 20 ms,
// of which PulseAudio makes 15 and its sink's own; where it runs dry four times
// in 10 s because the computer is busy, 40, then 60. From Fill to Frames by way
// of a virtual speaker and a microphone that hears it, 15 to 20 ms were
// measured. Treatment adds 10 ms, unless all of it is off. Nothing here grows:
// what waits in an Input is dropped beyond 500 ms, and an Output has less than a
// frame.
//
// # Echo
//
// The canceller needs to hear what the speaker plays in step with the
// microphone, whose clock may be another. The far end keeps what was played, in
// the speaker's time, and each Input's aligner reads it behind the newest by one
// portion and 3 ms: early enough to be there, late enough to come before its
// echo. See pace for how clocks are measured, align for what follows from it.
// Echoes may be 200 ms late.
//
// # Ringing
//
// A Ringer makes the tones of calls by itself and plays them until it is told to
// be silent, on an Engine of its own that is open only that long.
//
// # Goroutines and locks
//
// The engine's goroutine (keeper) alone lists, opens and closes devices, and
// calls Report. Each Input has one that treats frames and calls Frames, each
// Output a clock that calls Fill while no device does, each watcher one, each Ringer one. A
// device's thread pushes samples into an Input's ring, without locks but for
// its pace, or takes them from an Output's pump. Closing waits for all of them,
// but not for a sound server that hangs: a device that does not close in 2 s is
// left to a goroutine of its own.
//
// Lock order: pump.mu (held while Fill runs) > far.mu, pace.mu (leaves).
// Engine.mu, Ringer.mu and ringing.mu are leaves too; nothing is called while
// they are held.
package sound
