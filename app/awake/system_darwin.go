package awake

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
)

// system is the program caffeinate, which every macOS has.
type system struct{}

// event is what the system sends: nothing, the clock tells.
type event = struct{}

func newSystem(*slog.Logger) *system   { return &system{} }
func (s *system) open()                {}
func (s *system) close()               {}
func (s *system) events() <-chan event { return nil }
func meaning(event) sign               { return meansNothing }

// inhibit holds until caffeinate ends, which it does with this process (-w).
func (s *system) inhibit(string) (release func() error, err error) {
	command := exec.Command("/usr/bin/caffeinate", "-i", "-w", strconv.Itoa(os.Getpid()))
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start caffeinate: %w", err)
	}
	return func() error {
		err := command.Process.Kill()
		var ended *exec.ExitError
		if waitErr := command.Wait(); !errors.As(waitErr, &ended) {
			err = errors.Join(err, waitErr)
		}
		return err
	}, nil
}
