// Package callertest is a takos call client for tests: a WebSocket that keeps
// what it hears (Socket), the browser's end of a WebRtcTransport (Endpoint, on
// pion/webrtc's ORTC objects, because a transport's parameters hold no SDP),
// and a client that does with both what mediasoup-client does (Caller).
//
// Waiting ends with what is waited for, or fails the test after a time that a
// loaded machine does not need. Each Socket has a reader goroutine, each
// Endpoint those of pion; all end with the test.
package callertest
