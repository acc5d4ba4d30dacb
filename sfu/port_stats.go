package sfu

import (
	"takoshome/sfu/tcp"
	"takoshome/sfu/udp"
)

// PortStats are the figures of the media port.
type PortStats struct {
	Readers int `json:"readers"` // goroutines, on as many cores
	// Aside says that transport-wide feedback does not wake the readers.
	Aside bool `json:"aside"`
	// Uses are the system's calls that carry packets; where one reader does
	// without, it is left out.
	Uses udp.Features `json:"uses"`
	// SendErrors counts packets that the system refused to send; SendsFull those
	// of them that it had no room for.
	SendErrors uint64 `json:"sendErrors"`
	SendsFull  uint64 `json:"sendsFull"`
	// ReadDrops counts packets that came while the receive buffers were full,
	// ReadErrors failed reads, Oversized packets that no Ethernet link carries.
	ReadDrops  uint64 `json:"readDrops"`
	ReadErrors uint64 `json:"readErrors"`
	Oversized  uint64 `json:"oversized"`
	// Unknown counts packets that belong to no transport.
	Unknown uint64 `json:"unknown"`
	// Tcp are the figures of the TCP port beside UDP, nil where there is none.
	Tcp *TcpStats `json:"tcp,omitempty"`
}

// TcpStats are the figures of clients over TCP.
type TcpStats = tcp.Stats

// PortStats are the media port's figures of this moment.
func (s *WebRtcServer) PortStats() PortStats {
	stats := s.port.stats()
	stats.Unknown = s.unknown.Load()
	return stats
}

func (p *port) stats() PortStats {
	stats := PortStats{Readers: len(p.sockets), Aside: p.aside != nil, Uses: p.sockets[0].Features()}
	if p.aside != nil {
		stats.ReadDrops = p.aside.ReadDrops()
	}
	if p.streams != nil {
		streams := p.streams.Stats()
		stats.Tcp = &streams
	}
	for _, socket := range p.sockets {
		stats.Uses = stats.Uses.And(socket.Features())
		stats.SendErrors += socket.SendErrors()
		stats.SendsFull += socket.SendsFull()
		stats.ReadDrops += socket.ReadDrops()
		stats.ReadErrors += socket.ReadErrors()
		stats.Oversized += socket.Oversized()
	}
	return stats
}
