// Package devicetest stands in for the sound devices, cameras and screens of a
// computer in tests: it does what it is told and remembers what was asked of it.
//
// Each Voice and Picture has a goroutine that reads its track to its end;
// Playback.Close awaits them. Locks are leaves.
package devicetest
