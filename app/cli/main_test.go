package cli

import (
	"context"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"
)

// asProgram makes the test's own binary be the program, for what only a
// process of its own can show: signals, exit status, two starts.
const asProgram = "TAKOSHOME_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Run(context.Background(), Config{
			Args:    os.Args[1:],
			Stdin:   os.Stdin,
			Stdout:  os.Stdout,
			Stderr:  os.Stderr,
			Version: "0.0.0",
			Page:    testPage(),
		}))
	}
	if actAs() {
		return
	}
	time.Local = time.UTC // tables tell local times
	goleak.VerifyTestMain(m)
}

func testPage() fstest.MapFS {
	return fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}}
}
