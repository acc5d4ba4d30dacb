package ice

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"testing"
	"time"

	pionice "github.com/pion/ice/v4"
	"go.uber.org/goleak"
)

// A full agent of another implementation connects over real sockets and is
// told its own address.
func TestFullAgentConnects(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := newServer(t)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go serve(conn, s, served)

	agent, err := pionice.NewAgentWithOptions(
		pionice.WithNetworkTypes([]pionice.NetworkType{pionice.NetworkTypeUDP4}),
		pionice.WithMulticastDNSMode(pionice.MulticastDNSModeDisabled),
		pionice.WithCandidateTypes([]pionice.CandidateType{pionice.CandidateTypeHost}),
		pionice.WithIncludeLoopback(),
	)
	if err != nil {
		t.Fatal(err)
	}
	dial(t, agent, conn.LocalAddr().String())
	if err := agent.Close(); err != nil {
		t.Errorf("close agent: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Errorf("close socket: %v", err)
	}
	<-served

	selected, ok := s.Selected()
	if s.State() != StateCompleted || !ok || !s.IsValid(selected) {
		t.Errorf("state %v, selected %v", s.State(), selected)
	}
}

// serve answers checks until the socket is closed.
func serve(conn *net.UDPConn, s *Server, done chan<- struct{}) {
	defer close(done)
	buffer := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if reply, _, _ := s.HandleStun(time.Now(), buffer[:n], Tuple{AddrPort: from}); reply != nil {
			_, _ = conn.WriteToUDPAddrPort(reply, from)
		}
	}
}

// dial connects the agent to the only candidate of the server at the address.
func dial(t *testing.T, agent *pionice.Agent, address string) {
	t.Helper()
	candidates := HostCandidates([]netip.AddrPort{netip.MustParseAddrPort(address)})
	if len(candidates) != 1 {
		t.Fatalf("got %d candidates", len(candidates))
	}
	c := candidates[0]
	line := c.Foundation + " 1 " + c.Protocol + " " + strconv.FormatUint(uint64(c.Priority), 10) + " " +
		c.Address + " " + strconv.Itoa(int(c.Port)) + " typ " + c.Type
	remote, err := pionice.UnmarshalCandidate(line)
	if err != nil {
		t.Fatalf("candidate %q: %v", line, err)
	}
	gathered := make(chan struct{})
	err = agent.OnCandidate(func(candidate pionice.Candidate) {
		if candidate == nil {
			close(gathered)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.GatherCandidates(); err != nil {
		t.Fatal(err)
	}
	<-gathered
	if err := agent.AddRemoteCandidate(remote); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := agent.Dial(ctx, testUfrag, testPassword); err != nil {
		t.Fatalf("dial: %v", err)
	}
}
