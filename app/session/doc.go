// Package session is a call that the person of this computer takes part in:
// before joining (preview and devices), in it (muting, sharing, volumes, chat)
// and after it (why it ended). It joins app/participant, which speaks with the
// host, with the devices behind media.Capture and media.Playback, and says what
// the window shows as a Snapshot.
package session
