//go:build !unix

package cli

import "os"

// restoreOnSignal has nothing to do where the system gives the next program a
// terminal as it was.
func restoreOnSignal(*os.File) (giveBack func(), err error) { return func() {}, nil }
