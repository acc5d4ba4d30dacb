package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/control"
)

// result is what one call of the program came to.
type result struct {
	status         int
	stdout, stderr string
}

// freshHome keeps the test away from the person's own settings and data, and
// gives the path of the settings file.
func freshHome(t *testing.T) (settings string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
	for _, name := range []string{"LC_ALL", "LC_MESSAGES"} {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", "C.UTF-8")
	path, err := config.FilePath()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func call(t *testing.T, change func(*Config), args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := Config{Args: args, Stdout: &stdout, Stderr: &stderr, Version: "1.2.3", Page: testPage()}
	if change != nil {
		change(&c)
	}
	status := Run(t.Context(), c)
	return result{status, stdout.String(), stderr.String()}
}

func writeSettings(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestHelp(t *testing.T) {
	unfilled := regexp.MustCompile(`\$\{|help\.\w|help_\w`)
	freshHome(t)
	for language, want := range map[string]string{"C": "Hosts calls for friends", "ja_JP.UTF-8": "友だちとの通話"} {
		t.Setenv("LANG", language)
		got := call(t, nil, "--help")
		if got.status != 0 || !strings.Contains(got.stdout, want) || got.stderr != "" {
			t.Errorf("%s: got %+v", language, got)
		}
	}
	t.Setenv("LANG", "C")
	for above, commands := range map[string]string{
		"": "serve invite join mute unmute ptt hangup call answer decline cancel friend group history account identity " +
			"status doctor loadtest version completion",
		"friend":   "add accept decline remove block unblock name list",
		"group":    "new list show rename delete leave follow add remove role call",
		"account":  "add list remove password",
		"identity": "show set export import",
	} {
		whole := call(t, nil, append(strings.Fields(above), "--help")...).stdout
		for _, command := range strings.Fields(commands) {
			words := append(strings.Fields(above), command)
			if !strings.Contains(whole, "  "+strings.Join(words, " ")+" ") {
				t.Errorf("help does not name %v", words)
			}
			got := call(t, nil, append(words, "--help")...)
			if got.status != 0 || unfilled.MatchString(got.stdout) || (above != "" && !strings.Contains(got.stdout, "--json")) {
				t.Errorf("%v --help: %+v", words, got)
			}
		}
	}
}

func TestServeHasEveryFlag(t *testing.T) {
	freshHome(t)
	got := call(t, nil, "serve", "--help").stdout
	for _, flag := range []string{
		"--data-dir=DIR", "--http=ADDR:PORT", "--rtc=ADDR:PORT", "--announce=IP", "--tls=off|self-signed|acme|CERT,KEY",
	} {
		if !strings.Contains(got, flag) {
			t.Errorf("%s is missing:\n%s", flag, got)
		}
	}
}

func TestUsageErrors(t *testing.T) {
	freshHome(t)
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"bogus"}, "bogus. `takoshome --help` tells"},
		{[]string{"serve", "--bogus"}, "--bogus"},
		{[]string{"serve", "--http", "home"}, "--http: not an address with a port"},
		{[]string{"serve", "--rtc", "1"}, "--rtc: not an address with a port"},
		{[]string{"serve", "--announce", "1.2.3.4,home"}, "not an IP address"},
		{[]string{"serve", "--relay", "on"}, "--relay: not "},
		{[]string{"serve", "--tls", "on"}, "--tls: not "},
		{[]string{"serve", "--domain", "1.2.3.4"}, "--domain: not a domain"},
		{[]string{"serve", "--name", "x"}, "--name: not a name"},
		{[]string{"serve", "--host", "b.example"}, "--host: not a server"},
		{[]string{"invite"}, "--room"},
		{[]string{"invite", "--room", "a", "--type", "chat"}, "--type"},
		{[]string{"invite", "--room", "a", "--ttl", "1"}, "--ttl: not a time"},
		{[]string{"invite", "--room", "a", "--uses", "0"}, "--uses: not a number"},
		{[]string{"invite", "--room", "a", "--user", "a@a.example", "--uses", "2"}, "--uses is for room links"},
		{[]string{"completion", "tcsh"}, "bash"},
		{[]string{"friend"}, "block"},
		{[]string{"friend", "bogus"}, "bogus. `takoshome friend --help` tells"},
		{[]string{"friend", "add"}, "<id>"},
		{[]string{"friend", "remove"}, "<friend>"},
		{[]string{"call"}, "<who>"},
		{[]string{"call", "bob", "--type", "chat"}, "--type"},
		{[]string{"group", "new"}, "\"<title>\". `takoshome group new --help` tells"},
		{[]string{"group", "role", "Team", "bob", "king"}, "owner"},
		{[]string{"group", "call", "Team", "--type", "chat"}, "--type"},
		{[]string{"history", "--seen", "--clear"}, "--seen and --clear"},
		{[]string{"account", "add"}, "<name>"},
		{[]string{"account", "add", "mom", "password"}, "password"},
		{[]string{"identity", "set"}, "--name or --domain"},
		{[]string{"identity", "export"}, "<file>"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			got := call(t, nil, test.args...)
			if got.status != exitUsage || got.stdout != "" || !isOneSentence(got.stderr) || !strings.Contains(got.stderr, test.want) {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
}

func TestBrokenSettingsStopTheStart(t *testing.T) {
	path := freshHome(t)
	tests := []struct{ text, place, english, japanese string }{
		{"\nhtpp = ':1'", ":2: htpp", "not a setting of this version", "このバージョンにはない設定です"},
		{"http = 'home'", ":1: http", "not an address with a port", "ポート付きのアドレスではありません"},
		{"[limits]\ntoken_ttl = 'x'", ":2: limits.token_ttl", "not a time", "時間ではありません"},
		{"a b", ":1", "", ""},
	}
	for _, test := range tests {
		writeSettings(t, path, test.text)
		for language, want := range map[string]string{"C": test.english, "ja_JP.UTF-8": test.japanese} {
			t.Setenv("LANG", language)
			for _, args := range [][]string{{"serve"}, {}, {"status"}} {
				got := call(t, fakeWindow(nil), args...)
				if got.status != exitFailed || !isOneSentence(got.stderr) ||
					!strings.Contains(got.stderr, path+test.place) || !strings.Contains(got.stderr, want) {
					t.Errorf("%q %v: got %+v, want %s %s", test.text, args, got, test.place, want)
				}
			}
		}
	}
	if _, err := os.Stat(filepath.Join(os.Getenv("XDG_DATA_HOME"), "takoshome")); err == nil {
		t.Error("the data folder was made although the settings are broken")
	}
}

// The flag says enough: a broken file does not keep anybody from asking.
func TestAskingNeedsNoSettingsFile(t *testing.T) {
	path := freshHome(t)
	writeSettings(t, path, "htpp = 1")
	got := call(t, nil, "status", "--data-dir", t.TempDir())
	if got.status != exitFailed || !strings.Contains(got.stderr, "No Takos Home is running") {
		t.Errorf("got %+v", got)
	}
}

func TestNobodyRuns(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	for _, args := range [][]string{
		{"status", "--data-dir", dir},
		{"status", "--data-dir", dir, "--json"},
		{"invite", "--data-dir", dir, "--room", "tea", "--json"},
	} {
		got := call(t, nil, args...)
		if got.status != exitFailed || got.stdout != "" || !isOneSentence(got.stderr) || !strings.Contains(got.stderr, dir) {
			t.Errorf("%v: %+v", args, got)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("asking left %v behind", files)
	}
	t.Setenv("LC_ALL", "ja_JP.UTF-8")
	if got := call(t, nil, "status", "--data-dir", dir); !strings.Contains(got.stderr, "動いている Takos Home はありません") {
		t.Errorf("got %+v", got)
	}
}

// The settings' language wins over the environment's.
func TestLanguageSetting(t *testing.T) {
	path := freshHome(t)
	writeSettings(t, path, "language = 'ja'")
	if got := call(t, nil, "status"); !strings.Contains(got.stderr, "ありません") {
		t.Errorf("got %+v", got)
	}
}

func TestStartRefuses(t *testing.T) {
	freshHome(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const shown = "it was shown"
	noAuthorities := "The certificate authorities in " + file
	noFolder := "The data folder " + file + " cannot be used: not a "
	tests := []struct {
		name   string
		args   []string
		serve  string // what it says
		window string // shown: it tells what does not work; calls of others do
	}{
		{"port taken", []string{"--http", taken.Addr().String()}, "Port " + port + " (tcp) is in use", shown},
		{"foreign address", []string{"--http", "192.0.2.1:0"}, "192.0.2.1 is not an address of this computer", shown},
		{"foreign media address", []string{"--rtc", "192.0.2.1:0"}, "another address with --rtc", shown},
		{"data folder", []string{"--data-dir", file}, noFolder, noFolder},
		{"certificate", []string{"--tls", file + "," + file}, "The TLS certificate cannot be used: tls: failed to find any PEM", shown},
		{"no certificate", []string{"--tls", file + "2," + file}, "The TLS certificate cannot be used: " + file + "2: no such file or directory. ", shown},
		{"no authorities", []string{"--ca-file", file + "2"}, noAuthorities + "2 cannot be used: ", noAuthorities + "2 cannot be used: "},
		{"empty authorities", []string{"--ca-file", file}, noAuthorities, noAuthorities},
	}
	for _, test := range tests {
		for command, want := range map[string]string{"serve": test.serve, "window": test.window} {
			t.Run(command+" "+test.name, func(t *testing.T) {
				dir := t.TempDir()
				args := append([]string{command, "--data-dir", dir, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--tls", "off"}, test.args...)
				got := call(t, fakeWindow(errors.New(shown)), args...)
				lastLine := got.stderr[strings.LastIndex(strings.TrimSpace(got.stderr), "\n")+1:]
				if got.status != exitFailed || got.stdout != "" || !isOneSentence(lastLine) || !strings.Contains(lastLine, want) {
					t.Errorf("got %+v, want %q", got, want)
				}
				if _, err := os.Stat(filepath.Join(dir, "control.sock")); err == nil {
					t.Error("the control socket is left")
				}
			})
		}
	}
}

// What the settings file names and is not there is told with its line, and what a flag
// names as the flag's. The window does without the host, but not without a program.
func TestMissingFilesOfSettings(t *testing.T) {
	path := freshHome(t)
	const none = "/nonexist.pem"
	const hook = "hostname = 'a.example'\nprovider = 'hook'\nhook = ['" + none + "']"
	tests := []struct{ text, place, english, japanese string }{
		{"# a\ntls = '" + none + "," + none + "'", ":2: tls", none + ": no such file or directory.", none + ": そのような"},
		{"tls = 'acme'\n[acme]\nca_file = '" + none + "'", ":3: acme.ca_file", none + ": no such file or directory.", none + ": そのような"},
		{"[dyndns]\n" + hook, ":4: dyndns.hook", none + ": not a program that can be started.", none + ": 起動できるプログラムでは"},
		{"[reach]\necho = 'http://b.example'", ":2: reach.echo", "not an address with \"https://\"", "\"https://\" のアドレスではなく"},
	}
	for _, test := range tests {
		writeSettings(t, path, test.text)
		for language, want := range map[string]string{"C": test.english, "ja_JP.UTF-8": test.japanese} {
			t.Setenv("LANG", language)
			args := []string{"--data-dir", t.TempDir(), "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0"}
			commands := []string{"serve", "doctor"}
			if strings.Contains(test.text, "hook") {
				commands = append(commands, "window")
			}
			for _, command := range commands {
				got := call(t, fakeWindow(nil), append([]string{command}, args...)...)
				if got.status != exitFailed || !isOneSentence(got.stderr) ||
					!strings.Contains(got.stderr, path+test.place) || !strings.Contains(got.stderr, want) {
					t.Errorf("%s %q: got %+v, want %s %s", command, test.text, got, test.place, want)
				}
			}
		}
	}
	writeSettings(t, path, tests[0].text)
	t.Setenv("LANG", "C")
	if got := call(t, nil, "serve", "--data-dir", t.TempDir(), "--tls", none+"2,"+none); !strings.Contains(got.stderr, "--tls") || strings.Contains(got.stderr, path) {
		t.Errorf("what the flag names is told as %+v", got)
	}
}

func TestWindow(t *testing.T) {
	path := freshHome(t)
	writeSettings(t, path, "language = 'ja'\nhosting = false")
	var seen WindowOptions
	var state app.HostState
	got := call(t, func(c *Config) {
		c.Window = func(a *app.App, options WindowOptions) error {
			seen, state = options, a.Snapshot().Host.State
			return nil
		}
	}, "--data-dir", t.TempDir())
	if got.status != exitDone || seen.Language != config.LanguageJapanese || seen.Logger == nil ||
		!strings.HasPrefix(seen.Version, "1.2.3") || state != app.HostStopped {
		t.Errorf("got %+v, options %+v, state %s", got, seen, state)
	}
}

func TestNoDisplay(t *testing.T) {
	settings := freshHome(t)
	noDisplay := errors.New("no display")
	fail := func() error { return fmt.Errorf("look for a display: %w", noDisplay) }
	tests := map[string]func(*Config){
		"known before": func(c *Config) { c.CheckDisplay = fail },
		"found out":    func(c *Config) { c.Window = func(*app.App, WindowOptions) error { return fail() } },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			got := call(t, func(c *Config) {
				fakeWindow(nil)(c)
				c.NoDisplay = noDisplay
				change(c)
			}, "--data-dir", dir, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--tls", "off")
			if got.status != exitFailed || got.stdout != "" || !strings.Contains(got.stderr, "`takoshome serve`") {
				t.Errorf("got %+v", got)
			}
			if _, err := os.Stat(dir); name == "known before" && err == nil {
				t.Error("the data folder was made")
			}
			folder, err := control.Open(dir)
			if err != nil {
				t.Fatalf("the app still runs: %v", err)
			}
			_ = folder.Close()
		})
	}
	if got := call(t, nil); got.status != exitFailed || !strings.Contains(got.stderr, "no window") {
		t.Errorf("a build without a window: %+v", got)
	}
	if _, err := os.Stat(settings); err != nil {
		t.Errorf("the settings file was not made: %v", err)
	}
}

// A second start shows the first's window and is done.
func TestSecondStartRaisesTheFirst(t *testing.T) {
	freshHome(t)
	args := []string{"--data-dir", t.TempDir(), "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--tls", "off"}
	shown := make(chan struct{})
	first := make(chan result, 1)
	go func() {
		first <- call(t, func(c *Config) {
			c.Window = func(a *app.App, _ WindowOptions) error {
				close(shown)
				<-a.RaiseRequests()
				return nil
			}
		}, args...)
	}()
	<-shown
	if got := call(t, fakeWindow(errors.New("two windows")), args...); got.status != exitDone {
		t.Errorf("second start: %+v", got)
	}
	if got := <-first; got.status != exitDone {
		t.Errorf("first start: %+v", got)
	}
}

func TestVersion(t *testing.T) {
	freshHome(t)
	got := call(t, nil, "version")
	if got.status != 0 || !regexp.MustCompile(`^takoshome 1\.2\.3.* \w+/\w+\n$`).MatchString(got.stdout) {
		t.Errorf("got %+v", got)
	}
}

func TestCompletion(t *testing.T) {
	freshHome(t)
	for _, shell := range []string{"bash", "zsh", "fish"} {
		got := call(t, nil, "completion", shell)
		for _, want := range []string{"serve", "invite", "data-dir", "self-signed", "audio", "unblock", "admin", "import"} {
			if got.status != 0 || !strings.Contains(got.stdout, want) {
				t.Errorf("%s: %d, lacks %s", shell, got.status, want)
			}
		}
	}
}

// The bash script, as bash runs it.
func TestBashCompletion(t *testing.T) {
	freshHome(t)
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("bash is needed to try its completion")
	}
	script := call(t, nil, "completion", "bash").stdout
	for line, want := range map[string]string{
		"takoshome s":                     "serve status",
		"takoshome invite --ty":           "--type",
		"takoshome invite --type ":        "audio video",
		"takoshome serve --tls s":         "self-signed",
		"takoshome completion ":           "bash zsh fish --help",
		"takoshome ptt o":                 "on off",
		"takoshome join x --camera ":      "none",
		"takoshome join --now":            "--now",
		"takoshome friend ":               "add accept decline remove block unblock name list --help",
		"takoshome friend un":             "unblock",
		"takoshome friend add --j":        "--json",
		"takoshome group role a b ":       "owner admin member --data-dir --json --help",
		"takoshome group call a --type ":  "audio video",
		"takoshome call add --w":          "--wait",
		"takoshome history --":            "--data-dir --json --seen --clear --help",
		"takoshome identity import /et":   "/etc",
		"takoshome invite --room status ": "--data-dir --room --user --type --ttl --uses --json --help",
	} {
		words := strings.Split(line, " ")
		quoted := "'" + strings.Join(words, "' '") + "'"
		test := script + "\nCOMP_WORDS=(" + quoted + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _takoshome; echo \"${COMPREPLY[*]}\""
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, bash, "--norc", "-c", test).CombinedOutput()
		cancel()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", line, got, err, want)
		}
	}
}

func fakeWindow(err error) func(*Config) {
	return func(c *Config) {
		c.Window = func(*app.App, WindowOptions) error { return err }
	}
}

// isOneSentence holds errors to one line that ends like a sentence.
func isOneSentence(s string) bool {
	s = strings.TrimSuffix(s, "\n")
	return strings.HasPrefix(s, "takoshome: ") && !strings.Contains(s, "\n") &&
		(strings.HasSuffix(s, ".") || strings.HasSuffix(s, "。"))
}
