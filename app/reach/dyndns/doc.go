// Package dyndns tells a provider of dynamic names this host's addresses whenever
// they change: by dyndns2, which most providers speak, by the interfaces of
// DuckDNS and Cloudflare, or by a program of the owner's.
//
// The rules that providers set for such programs are kept: nothing is sent while
// the name leads here already; a refusal of password or name stops everything
// until the settings change; an error of theirs is left alone for half an hour.
// Once in four weeks the addresses are told without need, as some providers
// forget names that are never heard of. Secrets are in no log, status or error.
//
// Goroutines: one, from New to Close. Locks: Updater.mu is a leaf; OnChange is
// called without it.
package dyndns
