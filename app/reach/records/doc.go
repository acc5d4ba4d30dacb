// Package records changes a zone's records where its owner has it: at a DNS
// provider with an interface of its own, at a server by RFC 2136, or by a program
// of the owner's. Package acme sets TXT records with it, dyndns addresses.
//
// What a provider answers is bounded in size and time and never logged or put
// into an error whole; keys and tokens never are. There are no goroutines, and no
// locks.
package records
