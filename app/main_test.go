package app

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// systemAuthority is the one that this process takes for the system's, where a
// client asks nobody whom to trust.
var systemAuthority *authority

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "app")
	if err == nil {
		systemAuthority, err = makeAuthority(dir)
	}
	if err == nil {
		err = os.Setenv("SSL_CERT_FILE", systemAuthority.file) // read once
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Pebble, the authority of some tests, cannot be stopped.
	pebble := goleak.IgnoreAnyFunction("github.com/letsencrypt/pebble/v2/va.VAImpl.processTasks")
	goleak.VerifyTestMain(m, pebble, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}
