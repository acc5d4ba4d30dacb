package records

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"time"
)

const programTimeout = 5 * time.Minute

// Program is a hook of the owner's. It is started as
//
//	PROGRAM ARGUMENTS… present|cleanup NAME VALUE
//	PROGRAM ARGUMENTS… update NAME IPV4 IPV6    ("" for an address that is not known)
//
// without a shell, and has done its work when it ends with 0.
type Program struct {
	Command []string
}

// Present has the program set a record.
func (p *Program) Present(ctx context.Context, name, value string) error {
	return p.run(ctx, "present", name, value)
}

// CleanUp has it remove one.
func (p *Program) CleanUp(ctx context.Context, name, value string) error {
	return p.run(ctx, "cleanup", name, value)
}

// SetAddresses tells it the addresses.
func (p *Program) SetAddresses(ctx context.Context, name string, v4, v6 netip.Addr) error {
	word := func(a netip.Addr) string {
		if !a.IsValid() {
			return ""
		}
		return a.String()
	}
	return p.run(ctx, "update", name, word(v4), word(v6))
}

func (p *Program) run(ctx context.Context, arguments ...string) error {
	ctx, cancel := context.WithTimeout(ctx, programTimeout)
	defer cancel()
	all := append(append([]string(nil), p.Command[1:]...), arguments...)
	command := exec.CommandContext(ctx, p.Command[0], all...)
	// What it leaves running keeps nobody waiting.
	command.WaitDelay = 2 * time.Second
	err := command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%w: it was ended: %w", ErrHook, ctx.Err())
	case errors.As(err, &exit):
		return fmt.Errorf("%w: it ended with %d", ErrHook, exit.ExitCode())
	}
	return fmt.Errorf("%w: %w", ErrHook, err)
}
