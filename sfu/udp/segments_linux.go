package udp

const (
	// maxSegments is UDP_MAX_SEGMENTS of the kernels before Linux 6.9.
	maxSegments = 64
	// maxSegmentedBytes is the largest UDP payload over IPv4 (RFC 768, RFC 791):
	// what the segments of a message are together.
	maxSegmentedBytes = 65_535 - 20 - 8
)

// segments is how many packets from the front of the queue can go in one
// message that the kernel takes apart again: neighbours for one destination, of
// equal size; only the last may be shorter.
func segments(queue []outgoing) int {
	size := len(queue[0].packet)
	if size == 0 {
		return 1 // a segment must not be empty
	}
	total, n := size, 1
	for n < min(len(queue), maxSegments) {
		next := len(queue[n].packet)
		if next == 0 || next > size || total+next > maxSegmentedBytes || queue[n].to != queue[0].to || queue[n].from != queue[0].from {
			break
		}
		total += next
		n++
		if next < size {
			break
		}
	}
	return n
}
