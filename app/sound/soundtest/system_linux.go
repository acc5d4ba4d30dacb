package soundtest

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// startTied starts a program that the kernel ends when this process dies,
// whatever the way. wait waits for its end.
func startTied(command *exec.Cmd) (wait func(), err error) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		defer close(ended)
		// The kernel means the death of the thread that started the program, so
		// that thread has to stay.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			_, _ = command.Process.Wait()
		}
	}()
	return func() { <-ended }, <-started
}

// openPipe opens a named pipe that holds at most bytes.
func openPipe(path string, bytes int) (*os.File, error) {
	// For both ways: there is a reader then even while the server is away.
	// Non-blocking, so that Close ends a write that waits.
	pipe, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	control, err := pipe.SyscallConn()
	if err == nil {
		var inner error
		err = control.Control(func(fd uintptr) { _, inner = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, bytes) })
		err = errors.Join(err, inner)
	}
	if err != nil {
		_ = pipe.Close()
		return nil, err
	}
	return pipe, nil
}
