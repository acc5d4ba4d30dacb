package udp

// plainWriter sends a queue of packets one a system call.
type plainWriter struct {
	socket *Socket
	sender *sender
}

func newPlainWriter(s *Socket) *plainWriter {
	return &plainWriter{socket: s, sender: newSender(s)}
}

// write sends the queue in order and returns how many packets were lost.
func (w *plainWriter) write(queue []outgoing) (lost int) {
	for i := range queue {
		if err := w.sender.send(queue[i].packet, queue[i].from, queue[i].to); err != nil {
			w.socket.countRefused(err, 1)
			lost++
		}
	}
	return lost
}
