package udp

import (
	"errors"
	"syscall"
)

// wsaeMsgSize is WSAEMSGSIZE: a datagram was larger than the buffer. Other
// systems cut it off without an error.
const wsaeMsgSize = syscall.Errno(10040)

func isOversized(err error) bool {
	return errors.Is(err, wsaeMsgSize)
}
