// Package calls decides who may come into a call: tokens, each good for one
// person and one use, and invitations, of which a room link gives every guest
// a token of their own (docs/protocol.md sections 1.2 and 1.3).
//
// Everything lives in memory and ends with the process, so an invitation does
// not outlive a restart. Tokens and codes are looked up by their SHA-256 alone:
// a lookup tells a guesser nothing by its time. The text of an invitation's
// link is kept only for as long as the window may show it again, and only where
// the caller asked for that.
//
// Book has one mutex, a leaf, and no goroutine. Its methods take the time.
package calls
