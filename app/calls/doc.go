// Package calls decides who may come into a call: tokens, each good for one
// person and one use; invitations, of which a room link gives every guest a
// token of their own (docs/protocol.md sections 1.2 and 1.3); and the calls of
// friends and groups, which ring, are answered, and give both sides their tokens
// (docs/federation.md sections 2 and 3).
//
// A Book lives in memory and ends with the process, so an invitation does not
// outlive a restart. Tokens and codes are looked up by their SHA-256 alone: a
// lookup tells a guesser nothing by its time. The text of an invitation's link
// is kept only for as long as the window may show it again, and only where the
// caller asked for that.
//
// An Exchange keeps a leg of each call for each account of this host that has
// part in it: a call of two people who both live here has two, and what one says
// to the other takes the same way as between servers, but for the line. Which
// steps lead from one state to the next stands in next. What goes over a line
// may be lost, late, repeated, or cross with what comes.
//
// Goroutines of an Exchange: the clock, which lets calls time out, and the
// historian, which writes to the disk, both from NewExchange to Close; and, from
// Connect to Disconnect, one for each request, answer and notice on its way. They
// are bounded by the calls, of which only so many may be unanswered, and one
// notice of a call waits for the one before. Book has none; its methods take
// the time.
//
// Locks: Exchange.mu before Book.mu, which is a leaf. Under them nothing is
// sent over a line, read or written on the disk, or called back. The devices'
// channels are filled under Exchange.mu, without waiting, so that events come in the
// order of what happened.
package calls
