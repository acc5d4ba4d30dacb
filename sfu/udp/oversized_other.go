//go:build !windows

package udp

// isOversized is for Windows, which reports a datagram larger than the buffer
// as an error; the others cut it off.
func isOversized(error) bool {
	return false
}
