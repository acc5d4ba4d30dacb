package address

import (
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The system tells of interfaces, addresses and routes that come and go. Needs
// root, as namespaces do.
func TestWatchHearsTheSystem(t *testing.T) {
	runtime.LockOSThread() // never unlocked: the thread ends with the test, and the namespace with it
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatalf("network namespace: %v", err)
	}
	heard := make(chan struct{}, 1)
	stop := watch(func() { wake(heard) })
	for _, change := range [][]string{
		{"link", "set", "lo", "up"},
		{"address", "add", "10.9.8.7/24", "dev", "lo"},
		{"route", "add", "10.8.0.0/16", "dev", "lo"},
		{"address", "del", "10.9.8.7/24", "dev", "lo"},
		{"link", "set", "lo", "down"},
	} {
		for len(heard) > 0 {
			<-heard // of the change before
		}
		if out, err := exec.Command("ip", change...).CombinedOutput(); err != nil {
			t.Fatalf("ip %v: %v: %s", change, err, out)
		}
		select {
		case <-heard:
		case <-time.After(patience):
			t.Errorf("ip %v: nothing is heard", change)
		}
	}
	stop()
}
