package udp

import (
	"net"
	"net/netip"
	"os/exec"
	"testing"
	"time"
)

// A machine with several addresses answers from the one that was asked, whichever
// the system likes best: somebody who hears only that one gets all answers, sent
// one by one, in a batch, and in pieces that the system takes apart.
func TestAnswersFromTheAddressThatWasAsked(t *testing.T) {
	enterNamespace(t)
	for _, addr := range []string{"10.9.9.1/24", "10.9.9.2/24", "fd00:9::1/64", "fd00:9::2/64"} {
		args := []string{"address", "add", addr, "dev", "lo"}
		if addr[0] == 'f' {
			args = append(args, "nodad")
		}
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %v: %v: %s", args, err, out)
		}
	}
	for _, listen := range []string{"0.0.0.0:0", "[::]:0"} {
		for _, asked := range []string{"10.9.9.1", "10.9.9.2", "127.0.0.1", "fd00:9::1", "fd00:9::2", "::1"} {
			addr := netip.MustParseAddr(asked)
			if addr.Is6() && listen[0] == '0' {
				continue
			}
			// Not in a subtest: that would be another thread, elsewhere.
			answersFrom(t, netip.MustParseAddrPort(listen), addr)
		}
	}
}

func answersFrom(t *testing.T, listen netip.AddrPort, asked netip.Addr) {
	t.Helper()
	server, err := Listen(listen)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	server.TellLocal()
	// A connected socket hears only whom it is connected to.
	client, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(asked, server.LocalAddr().Port())))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if _, err := client.Write([]byte("question")); err != nil {
		t.Fatal(err)
	}
	messages := []Message{{Buf: make([]byte, 2000)}}
	if n, err := server.ReadBatch(messages); n != 1 || err != nil {
		t.Fatalf("read %d, %v", n, err)
	}
	question := messages[0]
	if question.Local != asked {
		t.Errorf("asked at %v, want %v", question.Local, asked)
	}
	if err := server.WriteFrom([]byte("a"), question.Local, question.Addr); err != nil {
		t.Fatal(err)
	}
	b := NewBatch(server, 64)
	const packets = 20
	for range packets {
		b.QueueFrom(append(b.Slot()[:0], "answer"...), question.Local, question.Addr)
	}
	b.QueueFrom(append(b.Slot()[:0], "more than that"...), question.Local, question.Addr) // a message of its own
	b.Flush()
	if b.Errors > 0 {
		t.Errorf("%d errors", b.Errors)
	}
	buffer := make([]byte, 2000)
	for i := range packets + 2 {
		if err := client.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Read(buffer); err != nil {
			t.Fatalf("%v, asked at %v: answer %d: %v", listen, asked, i, err)
		}
	}
}

// What of a socket's packets came before it tells local addresses has none, and an
// address that is no longer the machine's is an error of the packet's own.
func TestLocalIsToldFromNowOn(t *testing.T) {
	b, server := pair(t, "127.0.0.1:0")
	messages := []Message{{Buf: make([]byte, 2000)}}
	for _, tells := range []bool{false, true} {
		if tells {
			server.TellLocal()
		}
		b.Queue(append(b.Slot()[:0], "x"...), server.LocalAddr())
		b.Flush()
		if n, err := server.ReadBatch(messages); n != 1 || err != nil || messages[0].Local.IsValid() != tells {
			t.Errorf("tells %v: %d messages, %v, local %v", tells, n, err, messages[0].Local)
		}
	}
	b.QueueFrom(append(b.Slot()[:0], "x"...), netip.MustParseAddr("203.0.113.9"), server.LocalAddr())
	b.Queue(append(b.Slot()[:0], "y"...), server.LocalAddr())
	b.Flush()
	if n, err := server.ReadBatch(messages); n != 1 || err != nil || string(messages[0].Buf[:1]) != "y" || b.Errors != 1 {
		t.Errorf("%d messages, %v, %q, %d errors", n, err, messages[0].Buf[:1], b.Errors)
	}
}
