// Package echo lets one host try for another whether it is reached from outside
// (docs/doctor.md): Responder tries for those who ask, Asker asks, and Prover
// shows meanwhile that a web port is the asker's. Handler is all that is served.
//
// Goroutines: a Responder has one for each port of a question, an Asker none;
// both await them before they return. Locks: Prover.mu and Responder.mu are
// leaves.
package echo
