// Command enginebench measures what a forwarded packet costs: the host as a process
// of its own on a core of its own, the load tester on the others, and the naive
// loop, which seals and writes each packet with one call, in turns with the host
// in the same run. `make bench-engine` runs it; docs/performance.md says what the
// figures mean. The last line that it prints is JSON.
//
// It starts no goroutine but those that wait for a thread to start a process on.
package main
