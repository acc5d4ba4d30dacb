// Package playback plays and shows what friends send: it makes media.Playback
// real with libopus, libvpx, openh264 and the speaker of package sound.
//
// Sound: one goroutine for each voice puts the packets of its track into a
// jitter.Stream. The speaker's clock pulls 10 ms at a time out of all of them,
// decodes, mixes and limits; whatever a friend sends, the speaker waits for no
// goroutine of the network. Video: one goroutine for each picture reads the track
// into an assembly.Assembler, another one decodes and draws, so that a slow
// decoder holds up no packet: frames queue up to a limit, and beyond one second
// everything up to the next keyframe is dropped.
//
// Sound and video of a friend are not tied together by sender reports: both are
// played as soon as they can be. A voice then comes 20 to 30 ms after its
// packets, and what the speaker takes; a picture at once, and when the window is
// drawn: they differ by less than 100 ms as long as the network is even.
//
// All that comes from a track is untrusted. A decoder gets nothing whose size
// is beyond assembly's limits, holds no memory of Go's, and after an error is
// thrown away and begins anew with a keyframe.
//
// Locks: playback.mu > picture.mu; the speaker's clock takes none but those of
// the streams, one at a time.
package playback
