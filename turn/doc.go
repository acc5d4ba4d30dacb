// Package turn is the TURN server (RFC 8656) for clients whose networks let nothing
// else through. The only peer that they reach is our own media server, in memory:
// a relayed address is no socket, and nothing leaves the machine but to a client.
// An open relay at home would be worse than none.
//
// pion/turn keeps allocations, permissions and channels and speaks the protocol.
// Before it stands a door for each socket and connection, which decides who may
// ask and for what:
//
//	client → socket, stream → door → pion/turn → relay → Media (the SFU)
//	client ← socket, stream ←──────── pion/turn ← relay ← Media
//
// The door answers strangers itself, by less than twice what they sent and only so
// often; checks credentials, addresses and quotas; and refuses what pion/turn would
// refuse by silence or another error. What it lets through it signs anew, with the
// name and nonce by which pion/turn knows the client, as the client's own nonce is
// shorter than pion/turn's: a request that comes back because pion/turn's has
// changed is handed in once more.
//
// # Credentials
//
// A peer in a call has a secret of its own. Credentials (Issue) let new allocations
// in for five minutes; one that stands can be refreshed as long as the peer is in
// the call. Revoke ends all of it at once. Times are measured by our own monotonic
// clock: a jump of the wall clock changes nothing.
//
// # Goroutines
//
// All are pion/turn's: one reads each socket, listener and connection, and one each
// relay. They end when what they read from ends, for which Server.Close waits.
// What the media server has for a slow client waits in the relay's queue, and is
// dropped when that is full: the media server never waits.
//
// Locks: relay.mu before Server.mu; door.mu, streams.mu, stream.writeMu and
// limiter.mu are innermost. Media is called with relay.mu held to open a way, and
// without any lock for packets and to close it.
package turn
