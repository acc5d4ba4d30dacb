// Package web is the HTTP(S) server that friends reach: the call protocol's
// WebSocket, which it hands to package signaling, the join page with its files,
// and the two requests that turn a room link into a token (docs/protocol.md
// section 1.3). What other servers and the owner's devices ask, below /_takos/v1/
// and /api/v2/, goes to handlers of others.
//
// What stands before every handler, from the outside in: a bound on connections
// in all and from one address, time limits on header and body, the path below which
// a proxy has this host, the client's address where a trusted proxy tells it, the
// access log, the headers that keep the page to itself (CSP Level 3), a bound on
// requests from one address, and the check of the Host header against DNS rebinding.
//
// The access log never has a path or a query, only the name of the route: a
// token may stand in the query.
//
// Serve starts one goroutine, and net/http one for each connection; Close ends
// and awaits all of them but those of WebSockets, which belong to signaling.
// Locks: limiter.mu, connLimit.mu and unusedConns.mu are leaves.
package web
