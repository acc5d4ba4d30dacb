//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/term"
)

// restoreOnSignal keeps a terminal from staying mute after somebody has ended
// the program while it read a password.
func restoreOnSignal(file *os.File) (giveBack func(), err error) {
	state, err := term.GetState(int(file.Fd()))
	if err != nil {
		return nil, fmt.Errorf("look at terminal: %w", err)
	}
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		select {
		case <-done:
		case got := <-signals:
			_ = term.Restore(int(file.Fd()), state)
			signal.Reset(got)
			if number, ok := got.(syscall.Signal); ok {
				_ = syscall.Kill(os.Getpid(), number)
			}
		}
	})
	return func() {
		signal.Stop(signals)
		close(done)
		waiting.Wait()
	}, nil
}
