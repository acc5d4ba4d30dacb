// Package federation is the foundation API of takos, by which servers talk to
// each other: signed events in both directions, and the keys that they are
// verified with.
//
//	POST /_takos/v1/event              an event, signed by the server of who sends it
//	GET  /_takos/v1/key/server?expire= this host's key that ends then
//	GET  /_takos/v1/version            what this host runs
//
// An event is JSON, {"event","eventId","payload"}, and the header Authorization
// has an ML-DSA-65 signature (FIPS 204, empty context) of the body's bytes, the
// origin, which is the sender's domain, and the end of the signing key, by which
// the key is asked for. The documentation and the servers of April 2025 spell
// that header and some events differently: both are understood, and the latter
// is what is sent.
//
// The signature covers neither address nor time. So an event is accepted once,
// within 5 minutes of the time in its UUID of version 7 (RFC 9562 section 5.7),
// from the domain of the user in whose name it comes, and for users of this host
// alone. What an event then does is a Handler's.
//
// Whoever names an origin makes this host ask there for a key. It asks over
// HTTPS on port 443, without redirects or proxies, and the address is checked
// after the name was resolved, when the socket connects: one that is not public
// is refused, in whatever form it is written. Hosts named in the configuration
// are the exception. Answers are bounded in size and time, questions in number,
// and a key is kept only after a signature has verified by it.
//
// Goroutines: one for each key that is being fetched, which Close ends and
// awaits. Locks: fetcher.mu before keyCache.mu and buckets.mu; these
// and inflight.mu are leaves.
package federation
