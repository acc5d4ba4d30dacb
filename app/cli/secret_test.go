package cli

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// What a pipe or a file hands over.
func TestPasswordFromStandardInput(t *testing.T) {
	f := &fakeApp{list: fixture(t, "people.json")}
	dir := startFake(t, f)
	for _, test := range []struct {
		stdin  io.Reader
		want   string // empty: none is taken
		failed string
	}{
		{strings.NewReader("pass word\nmore\n"), "pass word", ""},
		{strings.NewReader("no newline"), "no newline", ""},
		{strings.NewReader("windows\r\n"), "windows", ""},
		{strings.NewReader(strings.Repeat("x", 1<<20)), strings.Repeat("x", maxLineBytes), ""},
		{strings.NewReader("\nsecond"), "", "No password was given"},
		{strings.NewReader(""), "", "No password was given"},
		{nil, "", "No password was given"},
		{iotest.ErrReader(errors.New("broken")), "", "broken"},
	} {
		got := call(t, func(c *Config) { c.Stdin = test.stdin }, "account", "password", "mom", "--data-dir", dir)
		asked := f.wishes()
		if test.want == "" {
			if got.status != exitFailed || len(asked) != 0 || !isOneSentence(got.stderr) || !strings.Contains(got.stderr, test.failed) {
				t.Errorf("got %+v, asked %+v", got, asked)
			}
			continue
		}
		if got.status != exitDone || len(asked) != 1 || asked[0].Password != test.want || strings.Contains(got.stdout+got.stderr, test.want) {
			t.Errorf("got %+v, asked %+v", got, asked)
		}
	}
}

// Nobody is asked for a password that no running app could take.
func TestPasswordNeedsTheApp(t *testing.T) {
	freshHome(t)
	read := false
	stdin := readerFunc(func([]byte) (int, error) {
		read = true
		return 0, io.EOF
	})
	got := call(t, func(c *Config) { c.Stdin = stdin }, "account", "add", "mom", "--data-dir", t.TempDir())
	if got.status != exitFailed || !strings.Contains(got.stderr, "No Takos Home is running") || read {
		t.Errorf("got %+v, read %v", got, read)
	}
}

func TestImportNeedsYes(t *testing.T) {
	f := &fakeApp{list: fixture(t, "people.json")}
	dir := startFake(t, f)
	got := call(t, withStdin("y\n"), "identity", "import", "/x/y", "--data-dir", dir)
	if got.status != exitUsage || !strings.Contains(got.stderr, "--yes") || len(f.wishes()) != 0 {
		t.Errorf("got %+v", got)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
