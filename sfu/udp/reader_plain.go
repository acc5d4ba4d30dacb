package udp

// plainReader reads one datagram a system call.
type plainReader struct {
	socket *Socket
}

func newPlainReader(s *Socket) *plainReader {
	return &plainReader{socket: s}
}

// read waits for a datagram and returns how many there are to deliver: none
// where it was too large.
func (r *plainReader) read(ms []Message) (n int, err error) {
	m := &ms[0]
	size, from, err := r.socket.conn.ReadFromUDPAddrPort(m.Buf)
	switch {
	case err == nil && size < len(m.Buf):
		m.N, m.Addr = size, unmap(from)
		return 1, nil
	case err == nil || isOversized(err):
		r.socket.oversized.Add(1)
		return 0, nil
	default:
		return 0, err
	}
}
