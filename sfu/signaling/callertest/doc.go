// Package callertest is a takos call client for tests: a WebSocket that keeps
// what it hears (Socket), the browser's end of a WebRtcTransport (Endpoint: a
// pion PeerConnection whose remote descriptions are made of the transport's
// parameters, as mediasoup-client makes them), and a client that does with both
// what mediasoup-client does (Caller).
//
// Waiting ends with what is waited for, or fails the test after a time that a
// loaded machine does not need. Each Socket has a reader goroutine, each Track
// one while it plays, each Endpoint those of pion; all end with the test.
package callertest
