// Package logfile writes down what the program does: for who started it, and in a
// file of bounded size that is for its owner alone.
//
// What is written has no secrets. Clean takes them out of any text: tokens and codes
// in links, passwords, keys, session ids, and whatever looks like random characters
// that nobody would type. Certificates' fingerprints and the ids of calls, people and
// streams stay: they open nothing.
//
// A file that cannot be written, because the disk is full or may only be read, is
// told once, and keeps nobody from going on. The files are path, path.1 and so on,
// the newest first. Libraries for this keep a goroutine that nobody ends, and say
// nothing where a file cannot be written; there is little left to take from them.
//
// The package starts no goroutine. There is one mutex, a leaf.
package logfile
