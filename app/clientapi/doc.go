// Package clientapi is what a person's own devices ask of this host: the REST
// API below /api/v2 and its notification WebSocket, as takos servers of April
// 2025 had them, with local accounts and sessions (docs/client-api.md).
//
// A session is a cookie, which browsers send along with whatever page asks: so
// every request that changes something, and every socket, must come from a page
// of this host, of a configured origin, or of the takos app, or from no page at
// all. Bodies are small, flat JSON objects. Passwords are guessed at a rate of
// each address and of each account.
//
// A socket has two goroutines: its handler's, which reads and throws away, and
// a writer, which alone sends events and pings. Whoever does not read is
// dropped. A session that is over ends its sockets: at once where it ended here,
// with the next ping where it ended elsewhere. Close ends and awaits all
// sockets. Locks: hub.mu, ending.mu and limiter.mu are leaves.
package clientapi
