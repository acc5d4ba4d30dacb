// Package acme gets and renews the web server's certificates from a certificate
// authority that speaks ACME (RFC 8555), such as Let's Encrypt. The protocol is
// the library acmez's; this package keeps account and certificates, proves that
// the names are this host's, and chooses when.
//
// A name is proved by a handshake on the HTTPS port (tls-alpn-01, RFC 8737), by a
// page on port 80 (http-01), or by a record in the name's zone (dns-01). Each name
// has a certificate of its own, so that one that leads elsewhere spoils no other.
// Until there is one, and after its end, the fallback's is shown: hosting never
// waits for an authority.
//
// A certificate is renewed when the authority says so (ARI, RFC 9773), or after
// two thirds of its life. After a failure each try waits longer, at most twelve
// hours: authorities count failures.
//
// Goroutines: Start begins one that asks for one name after the other, and one
// for the listener on port 80 where there is one; Close ends and awaits both.
// Locks: Manager.mu and proofs.mu are leaves; OnChange is called without them.
package acme
