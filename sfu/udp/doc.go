// Package udp carries datagrams between the network and the media server.
//
// One Socket holds one UDP port (RFC 768) for every protocol of the server;
// who a datagram is for is decided elsewhere, by its first byte (RFC 7983).
// Reads fill a slice of Messages and writes are gathered in a Batch. On Linux
// one system call carries many of them: recvmmsg, with UDP_GRO where the system
// has joined datagrams of one sender, and sendmmsg, with UDP_SEGMENT (GSO) for
// packets of one destination that are neighbours in the queue. Elsewhere a call
// carries one. Socket.Features says what is in use.
//
// # What is promised
//
// Nothing waits for room: what the system refuses is lost and counted, as one
// dropped on the way would be. Each packet is sent once or lost, and those for
// one destination keep their order, whatever fails: sendmmsg that stops half
// way is called again behind what it sent; it says why only of its first
// message, so that one is skipped. A message of several packets that was refused
// goes once more, packet by packet; where that helps, the Socket does without
// GSO from then on, unless only the way to one destination has too small an MTU.
//
// # What pays
//
// Measured by the benchmarks of this package (loopback, Linux 6.18, 50
// destinations; CPU of the sending thread against one call of the net package a
// packet, in turns with it; good to a tenth): sendmmsg alone 0.9 of that, as a
// system call is cheap beside the kernel's way through UDP and IP. GSO on bursts
// of 10 packets 0.45 to 0.5, and below 0.2 where the receivers take joined
// datagrams: on loopback taking them apart is charged to the sender (what a
// network card costs was not measured). recvmmsg 0.8; with GRO 0.25 where datagrams come joined and 0.88
// where they do not, as each is copied once more. Packets in a batch lie without
// gaps, so that the kernel copies a message in one piece: a seventh off what GSO
// costs.
//
// What did not: 16 to 256 packets a call (all alike); telling the scheduler of
// the calls or not (alike here); IP_PMTUDISC_DO, which spares the kernel to
// choose an ID for each IPv4 packet (2 to 4 %, and packets above the path's MTU
// would be lost).
//
// Goroutines: the package starts none. A Socket may be used by several
// goroutines at once; a Batch and the Messages of one read belong to one. Over
// the goroutines' threads: a system call here never blocks and is bounded, so
// the scheduler is not told of it. ListenMany gives several cores a Socket each
// on one port; the system keeps each sender's datagrams on one of them. With
// ListenAside datagrams that can wait come to a Socket of their own.
//
// A machine with several addresses answers from the one that it likes best, and
// a client that asked another one takes nothing from there: after TellLocal each
// Message has the address that it came to, for WriteFrom and QueueFrom (on Linux;
// elsewhere the system chooses). Forwarding was measured to cost the same.
//
// Locks: Socket.reading, held while a read waits; counters are atomic.
package udp
