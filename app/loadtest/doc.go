// Package loadtest puts people into a call who are none: publishers of VP8 and
// Opus packets as browsers send them, and subscribers that decrypt every packet,
// check its order and content, and measure how long it took. It joins the call of
// any host by the public protocol (docs/protocol.md), and is light enough for a
// thousand subscribers in one process: a transport is a few checks (RFC 8445, 7675),
// a DTLS association (RFC 5764) and two SRTP contexts on a shared socket, and
// answers with transport-cc feedback and receiver reports at Chromium's pace.
//
// A packet's payload says which stream and which number it is and when it was
// sent; the rest follows from the number, so that every byte is checked. The time
// of arrival is the one at which the kernel put the packet into the socket
// (SO_TIMESTAMPNS), so that the tester's own queue is no part of the delay. Sockets
// are read by recvmmsg without GRO, as browsers' are, unless Config says
// otherwise: on loopback the sender pays for taking joined datagrams apart.
//
// Packets that are lost are not asked for again: what is lost is to be seen.
//
// Goroutines: a clock and a pinger for each Test, a reader for each socket and
// each WebSocket, one that sends for each publisher, and what pion/dtls needs for
// each association. Test.Close waits for all of its own.
//
// Locks: Test.mu, places.mu, residence.mu; transport.mu guards what comes in,
// transport.sendMu what goes out; peer.writeMu. None is taken under another, but
// for residence.mu under places.mu.
package loadtest
