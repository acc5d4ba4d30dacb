// Package friends makes people friends: an account of this host with another
// one here, or with somebody of another server. Friends may ring at each other;
// strangers may only ask.
//
// identity.Store has the table of states; this package takes its steps on both
// sides. What needs the other server's yes is told to it first and counts only
// then: whoever cannot be reached leaves nothing behind. What does not, such as
// the end of a friendship, counts at once, and is told to the other server in
// the background, some times where need be.
//
// Somebody who is blocked gets the answers that a stranger gets.
//
// Each event told in the background has a goroutine, at most maxTelling of them;
// Disconnect and Close await them all. Lock: Friends.mu is a leaf, and nothing
// is stored, sent or logged under it.
package friends
