package cli

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"

	"takoshome/app/config"
	"takoshome/app/loadtest"
)

// A host that runs here, with room for three in each room.
func TestLoadtest(t *testing.T) {
	settings := freshHome(t)
	writeSettings(t, settings, "[limits]\nroom_people = 3\n")
	dir := t.TempDir()
	p := startProgram(t, "serve", "--data-dir", dir, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--tls", "off")
	defer p.stop(t, syscall.SIGTERM)

	one := call(t, nil, "loadtest", "--data-dir", dir, "--people", "3", "--kbps", "0", "--time", "1s", "--json")
	var result loadtest.Result
	if one.status != 0 || json.Unmarshal([]byte(one.stdout), &result) != nil || result.Publishers != 3 || result.Expected != 2*result.Published {
		t.Errorf("got %+v", one)
	}
	if !strings.Contains(one.stderr, "3 people: 1 s") {
		t.Errorf("no progress: %q", one.stderr)
	}
	fan := call(t, nil, "loadtest", "--data-dir", dir, "--subscribers", "2", "--kbps", "100", "--time", "1s")
	if lines := strings.Split(strings.TrimSpace(fan.stdout), "\n"); fan.status != 0 || len(lines) != 2 || !strings.HasPrefix(lines[1], "1     2 ") {
		t.Errorf("got %+v", fan)
	}
	// Three fit, unless the machine has a limit of its own.
	fit := call(t, nil, "loadtest", "--data-dir", dir, "--kbps", "0", "--time", "1s")
	if fit.status != 0 || !strings.Contains(fit.stdout, "How many friends fit beside you: 2.") && !strings.Contains(fit.stdout, "With ") && !strings.Contains(fit.stdout, "Not even") {
		t.Errorf("got %+v", fit)
	}
	t.Log(fit.stdout)
	full := call(t, nil, "loadtest", "--data-dir", dir, "--people", "4", "--kbps", "0")
	if full.status != exitFailed || !strings.Contains(full.stderr, "lets nobody else in") {
		t.Errorf("got %+v", full)
	}
}

func TestLoadtestRefuses(t *testing.T) {
	freshHome(t)
	for name, test := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"both":           {[]string{"--people", "3", "--subscribers", "3"}, exitUsage, "only one of the two"},
		"one person":     {[]string{"--people", "1"}, exitUsage, "2 or more"},
		"nobody sends":   {[]string{"--publishers", "0", "--subscribers", "3"}, exitUsage, "--people"},
		"too slow":       {[]string{"--kbps", "1"}, exitUsage, "1000 bit/s"},
		"no host":        {[]string{"--data-dir", t.TempDir()}, exitFailed, "No Takos Home is running"},
		"no link":        {[]string{"https://a.example/"}, exitFailed, "no link to a call"},
		"nobody answers": {[]string{"http://127.0.0.1:9/j#t=abc", "http://127.0.0.1:9/j#t=abd"}, exitFailed, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			got := call(t, nil, append([]string{"loadtest"}, test.args...)...)
			if got.status != test.status || !strings.Contains(got.stderr, test.says) || got.stdout != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestFitSentence(t *testing.T) {
	step := func(people int, bps float64) loadtest.Result {
		return loadtest.Result{Publishers: people, Subscribers: people, Expected: 100, Counts: loadtest.Counts{Lost: 3}, BitsPerSecond: bps, DelayMs: loadtest.Delays{P99: 240}}
	}
	steps := []loadtest.Result{step(2, 2e6), step(3, 6.04e6), step(4, 12e6)}
	for _, locale := range []string{"en", "ja"} {
		s := &session{words: load(t, config.Language(locale))}
		for _, limit := range []loadtest.Limit{loadtest.LimitNone, loadtest.LimitLoss, loadtest.LimitDelay, loadtest.LimitRefused} {
			for people := range 4 {
				got := s.fitSentence(loadtest.Fit{People: people, Limit: limit, Steps: steps})
				if strings.Contains(got, "{{") || strings.Contains(got, "loadtest.") || people == 3 && !strings.Contains(got, "6.0 Mbit/s") {
					t.Errorf("%s, %d people, %s: %s", locale, people, limit, got)
				}
			}
		}
	}
}
