// Package acmetest is a certificate authority for tests: Pebble, the test server
// of Let's Encrypt's authors, in the test's own process, with a DNS server in
// which every name is this computer.
//
// Goroutines: those of two HTTP servers and a DNS server, ended with the test;
// Pebble's own that checks names goes on, as Pebble cannot be stopped.
package acmetest
