package identity

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// crashPath is set in the child that TestCrash kills.
const crashPath = "TAKOSHOME_TEST_CRASH_PATH"

// TestCrashChild writes as fast as it can, and says what was acknowledged.
func TestCrashChild(t *testing.T) {
	path := os.Getenv(crashPath)
	if path == "" {
		return
	}
	s, err := Open(Config{Path: path})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	for n := 0; ; n++ {
		what, err := writeSomething(s, n)
		if err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println(what)
	}
}

func writeSomething(s *Store, n int) (what string, err error) {
	random := strings.ReplaceAll(uuid.NewString(), "-", "")[:20]
	switch n % 4 {
	case 0:
		id := ID(random + "@b.example")
		_, err = s.ChangeFriend(start, "alice", id, StepRequest)
		return "friend " + string(id), err
	case 1:
		id := uuid.New()
		return "event " + id.String(), s.AcceptEvent(start, "b.example", id, start.Add(time.Hour))
	case 2:
		call := Call{ID: NewCallID(), Account: "alice", Peer: "bob@b.example", Outcome: OutcomeMissed, StartedAt: start}
		return "call " + call.ID, s.RecordCall(call)
	}
	group, err := s.CreateGroup(start, strings.Repeat("x", 60), "alice@a.example")
	if err == nil {
		err = s.DeleteGroup(group.ID)
	}
	return "nogroup " + string(group.ID), err
}

// A process killed in the middle of writing loses nothing that it had said was
// written, and leaves a file that opens.
func TestCrash(t *testing.T) {
	s := newStore(t)
	path := s.config.Path
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]bool{}
	for round := range 8 {
		for _, what := range killedChild(t, path, 3+round*7) {
			acknowledged[what] = true
		}
		s := openAt(t, path, bounds{})
		for what := range acknowledged {
			kind, id, _ := strings.Cut(what, " ")
			if !isThere(t, s, kind, id) {
				t.Errorf("round %d: %s was lost", round, what)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged writes were all there", len(acknowledged))
}

// killedChild gives what a child acknowledged until it was killed, some time
// after the first so many.
func killedChild(t *testing.T, path string, enough int) (acknowledged []string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashChild$")
	child.Env = append(os.Environ(), crashPath+"="+path)
	child.Stderr = os.Stderr
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // io.EOF: it is dead; half a line was not acknowledged
			if err != io.EOF {
				t.Error(err)
			}
			_ = child.Wait() // it was killed
			return acknowledged
		}
		if strings.HasPrefix(line, "error") {
			t.Fatal(line)
		}
		if acknowledged = append(acknowledged, strings.TrimSpace(line)); len(acknowledged) == enough {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func isThere(t *testing.T, s *Store, kind, id string) bool {
	t.Helper()
	switch kind {
	case "friend":
		return must[Friend](t)(s.Friend("alice", ID(id))).State == StateRequested
	case "event":
		return errors.Is(s.AcceptEvent(start, "b.example", uuid.MustParse(id), start.Add(time.Hour)), ErrSeen)
	case "call":
		for _, call := range must[[]Call](t)(s.Calls("alice", 10_000)) {
			if call.ID == id {
				return true
			}
		}
		return false
	case "nogroup":
		_, err := s.Group(GroupID(id))
		return err != nil
	}
	t.Fatalf("%s %s", kind, id)
	return false
}

// A process killed while it makes the file leaves none, or a whole one.
func TestCrashWhileMaking(t *testing.T) {
	for round := range 6 {
		path := filepath.Join(t.TempDir(), "state.db")
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashChild$")
		child.Env = append(os.Environ(), crashPath+"="+path)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		for begun := false; !begun; {
			_, fresh := os.Stat(path + ".new")
			_, whole := os.Stat(path)
			begun = fresh == nil || whole == nil
		}
		for range round * 20_000 { // some of it while the first page is written, some later
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed
		openAt(t, path, bounds{})
	}
}
