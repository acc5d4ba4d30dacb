// Package identity keeps what makes this host somebody: its takos domain and
// the keys that sign in its name, the accounts of the people who use it, their
// friends, groups, sessions and call history, and the ids of the events that
// other servers sent.
//
// All of it is in one bbolt file, readable to its owner alone. A method that
// changes something returns after its transaction is on the disk, so that what
// was acknowledged outlives a crash at any moment. Open reads the whole file
// before anything may write to it: bbolt trusts the pages of its file, and a
// damaged one would end the process or be damaged further. A file that is
// damaged, or of a newer version, is refused as it lies.
//
// Every record carries a CRC-32C over its key and value, and is JSON. Passwords
// are kept as Argon2id (RFC 9106), session tokens as SHA-256. Server keys are
// ML-DSA-65 (FIPS 204) with the empty context, kept as their seeds.
//
// Methods take the time; nothing here asks a clock. The package starts no
// goroutine of its own. A Store is safe for concurrent use: bbolt runs one
// writing transaction at a time, and readers see whole transactions only. Lock:
// keyring.mu is a leaf.
package identity
