// Package ice is the server's side of ICE: an ICE-lite agent (RFC 8445 §2.5)
// that answers connectivity checks on STUN (RFC 8489) and knows, for one
// transport, from which addresses the peer is proven to send and to which of
// them media goes.
//
// It behaves as mediasoup's IceServer does. mediasoup-client never tells the
// peer's own credentials, so only the local half of USERNAME is looked at;
// what proves the peer is MESSAGE-INTEGRITY with our password, which is
// verified before anything else in a check is believed. An address that no
// such check came from is not valid, whatever it sends.
//
// Consent (RFC 7675) is taken from the peer's own checks, since a lite agent
// sends none: an address without one for the consent timeout is forgotten.
//
// Goroutines: none. Locks: none; the transport's mutex guards its Server.
// Time is given by the caller.
package ice
