// Package reach is about how friends get to this host: for now the web
// server's certificate, of our own making or from files.
//
// Both kinds renew themselves inside GetCertificate, at a handshake, so there
// is no goroutine and an idle host has no timer. Each has one mutex, a leaf but
// for the files read and written under it: a renewal is rare, short, and all
// handshakes need its outcome.
//
// Certificates follow RFC 5280, names and addresses in them RFC 9525.
package reach
