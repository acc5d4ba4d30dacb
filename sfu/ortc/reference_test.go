package ortc

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// reference is mediasoup's ortc.js, running under node.
type reference struct {
	in  io.Writer
	out *bufio.Reader
}

// startReference starts node, and fails the test where it cannot.
func startReference(t *testing.T) *reference {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out the comparison with mediasoup's ortc.js")
	}
	dir := filepath.Join("testdata", "mediasoup")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "mediasoup")); err != nil {
		t.Fatalf("mediasoup is not installed: run `npm ci --ignore-scripts` in sfu/ortc/%s (%v)", dir, err)
	}
	node := exec.Command("node", "ortc.js")
	node.Dir, node.Stderr = dir, os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatalf("node does not start, it is needed for the comparison with mediasoup: %v", err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Errorf("close node's input: %v", err)
		}
		if t.Failed() {
			_ = node.Process.Kill() // it may wait for a reader
		}
		if err := node.Wait(); err != nil && !t.Failed() {
			t.Errorf("node ended with %v", err)
		}
	})
	return &reference{in: in, out: bufio.NewReader(out)}
}

// answer is the outcome of a call on either side.
type answer struct {
	Value   any    `json:"value"`
	Error   string `json:"error"` // name of the JavaScript error
	Message string `json:"message"`
}

// ask sends requests, one a line, and returns as many answers.
func (r *reference) ask(t *testing.T, requests []byte, count int) []answer {
	t.Helper()
	written := make(chan error, 1)
	go func() { // node stops reading while nobody takes its answers
		_, err := r.in.Write(requests)
		written <- err
	}()
	answers := make([]answer, count)
	for i := range answers {
		reply, err := r.out.ReadBytes('\n')
		if err != nil {
			t.Fatalf("node does not answer: %v", err)
		}
		if err := json.Unmarshal(reply, &answers[i]); err != nil {
			t.Fatalf("node answers %q: %v", reply, err)
		}
	}
	if err := <-written; err != nil {
		t.Fatalf("ask node: %v", err)
	}
	return answers
}
