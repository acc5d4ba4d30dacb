// Package sockets has what the servers of WebSockets here share: the decision to
// close a connection, the list of those that are open, whom one address counts
// for, and how deep JSON may nest.
//
// It starts a goroutine in Open.Close alone, which waits for it. Open.mu is a leaf;
// under it nothing is called.
package sockets
