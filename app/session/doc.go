// Package session is a call that the person of this computer takes part in:
// before joining (preview and devices), in it (muting, sharing, volumes, chat)
// and after it (why it ended). It joins app/participant, which speaks with the
// host, with the devices behind media.Capture and media.Playback, and says what
// the window shows as a Snapshot.
//
// What the switches do:
//   - Muted, the microphone stays open for the meter and for the hint to somebody
//     who speaks into it; its packets stop at the source and the producer is
//     paused, which shows others the mark.
//   - The camera off, its device and its producer are closed: the light goes out,
//     and nobody keeps a still picture. Other devices take a device's place
//     without a new producer.
//   - A device in trouble pauses its producer until it is back. The call goes on.
//   - Push-to-talk keeps 200 ms behind the key; the mute switch wins over it.
//   - Deafened is muted, too; its end brings back what was. Unmuting ends it.
//
// What is remembered stands in one JSON file, replaced whole; one that is
// damaged is put aside. Volumes of guests are remembered for one host only,
// because a guest's name is nobody's own.
//
// Goroutines: the owner (owner.run), to which all state belongs; commands, a
// host's events and the outcomes of everything slow reach it through channels.
// Each attempt at a call has one for its devices (owner.runGear), which runs a
// keeper for each device, and short ones that ask, join, produce, hang up and
// close. The owner waits for none of them and calls what returns at once only.
// Session.Close ends and awaits all. Nothing ticks outside calls.
//
// Locks: views.mu and keeper.mu are leaves. feed.mu is held while a camera is
// told of bitrates, from goroutines of the network as from the owner's.
package session
