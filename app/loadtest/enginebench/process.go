package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"takoshome/app/control"
)

// settings lift the limits that keep a home's host small.
const settings = `hosting = true
[limits]
room_people = 5000
sockets = 5000
sockets_per_address = 5000
`

// server is the measured host, a process of its own.
type server struct {
	command *exec.Cmd
	folder  string
	control *control.Client
}

// startServer starts `takoshome serve` on the given cores.
func startServer(ctx context.Context, program string, cpus []int) (*server, error) {
	folder, err := os.MkdirTemp("", "enginebench")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(folder, "takoshome"), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "takoshome", "config.toml"), []byte(settings), 0o600); err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	command := exec.CommandContext(ctx, program, "serve",
		"--data-dir", data, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--tls", "off")
	command.Env = append(os.Environ(), "XDG_CONFIG_HOME="+folder, "HOME="+folder)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has a copy
	command.Stderr = log
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startOn(cpus, command.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	s := &server{command: command, folder: folder, control: control.NewClient(data)}
	if line, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		text, _ := os.ReadFile(log.Name())
		return nil, errors.Join(fmt.Errorf("%s does not listen: %q: %s", program, line, text), s.stop())
	}
	return s, nil
}

func (s *server) pid() int { return s.command.Process.Pid }

// door lets the test's people into a room.
func (s *server) door(room string) func(context.Context, int) (string, error) {
	return func(ctx context.Context, n int) (string, error) {
		link, err := s.control.Invite(ctx, control.Invite{
			Room: room, User: "loadtest " + strconv.Itoa(n+1), CallType: "video", TTLMs: time.Minute.Milliseconds(),
		})
		return link.JoinURL, err
	}
}

// stop ends the host and removes what it has left behind.
func (s *server) stop() error {
	_ = s.command.Process.Signal(os.Interrupt) // it may have ended
	err := s.command.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == -1 {
		err = nil
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

// field is a number behind a name in a file of /proc.
func field(text []byte, name string) uint64 {
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			n, _ := strconv.ParseUint(strings.Fields(string(rest))[0], 10, 64)
			return n
		}
	}
	return 0
}

// naiveRun is what the process of the naive loop is told and tells.
type naiveRun struct {
	cpu  time.Duration
	sent uint64
}

// naiveReport is one line of the naive process: at the beginning and the end of
// what is measured.
type naiveReport struct {
	CPUNs int64  `json:"cpuNs"`
	Sent  uint64 `json:"sent"`
}

// startNaive runs this program again as the naive loop. onWindow is called at
// the beginning and the end of what is measured.
func startNaive(ctx context.Context, cpus []int, order naiveOrder, onWindow func(begin bool)) (naiveRun, error) {
	text, err := json.Marshal(order)
	if err != nil {
		return naiveRun{}, err
	}
	command := exec.CommandContext(ctx, "/proc/self/exe", "naive")
	command.Stdin, command.Stderr = bytes.NewReader(text), os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return naiveRun{}, err
	}
	if err := startOn(cpus, command.Start); err != nil {
		return naiveRun{}, fmt.Errorf("start the naive loop: %w", err)
	}
	var reports [2]naiveReport
	decoder := json.NewDecoder(output)
	for i := range reports {
		if err := decoder.Decode(&reports[i]); err != nil {
			return naiveRun{}, errors.Join(fmt.Errorf("hear from the naive loop: %w", err), command.Wait())
		}
		onWindow(i == 0)
	}
	run := naiveRun{
		cpu:  time.Duration(reports[1].CPUNs - reports[0].CPUNs),
		sent: reports[1].Sent - reports[0].Sent,
	}
	return run, command.Wait()
}
