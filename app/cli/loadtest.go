package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"takoshome/app/config"
	"takoshome/app/control"
	"takoshome/app/loadtest"
)

const (
	// mostFriends is where the search for how many fit ends by itself.
	mostFriends = 64
	// defaultStep is how long each size of a call is measured.
	defaultStep = 5 * time.Second
)

// loadtestCommand puts people who are none into a call, and tells how it goes.
type loadtestCommand struct {
	folderFlag
	Links       []string         `arg:"" optional:"" placeholder:"LINK" help:"${help_loadtestLink}"`
	People      int              `name:"people" placeholder:"N" help:"${help_loadtestPeople}"`
	Subscribers int              `name:"subscribers" placeholder:"N" help:"${help_loadtestSubscribers}"`
	Publishers  int              `name:"publishers" default:"1" placeholder:"N" help:"${help_loadtestPublishers}"`
	Kbps        int              `name:"kbps" default:"1000" placeholder:"N" help:"${help_loadtestKbps}"`
	Pattern     string           `name:"pattern" default:"bursts" enum:"bursts,paced" placeholder:"bursts|paced" help:"${help_loadtestPattern}"`
	Time        *config.Duration `name:"time" placeholder:"TIME" help:"${help_loadtestTime}"`
	JSON        bool             `name:"json" help:"${help_json}"`
}

// Run measures one size of a call, or finds out how many friends fit.
func (c *loadtestCommand) Run(s *session) error {
	if c.People > 0 && c.Subscribers > 0 || c.People < 0 || c.People == 1 || c.Subscribers < 0 || c.Publishers < 1 {
		return usageError{errLoadtestPeople}
	}
	door, err := c.door(s)
	if err != nil {
		return err
	}
	test, err := loadtest.New(loadtest.Config{Door: door, VideoBps: c.Kbps * 1000})
	if err != nil {
		return usageError{err}
	}
	err = c.measure(s, test)
	return errors.Join(err, test.Close())
}

// door is the links', or the running host's own.
func (c *loadtestCommand) door(s *session) (loadtest.Door, error) {
	if len(c.Links) > 0 {
		return loadtest.Links(c.Links...), nil
	}
	dir, err := s.folder(c.folderFlag)
	if err != nil {
		return nil, err
	}
	client, room, callType := control.NewClient(dir), fmt.Sprintf("loadtest %d", rand.IntN(1e6)), "video"
	if c.Kbps == 0 {
		callType = "audio"
	}
	return func(ctx context.Context, n int) (string, error) {
		link, err := client.Invite(ctx, control.Invite{
			Room: room, User: "loadtest " + strconv.Itoa(n+1), CallType: callType, TTLMs: time.Minute.Milliseconds(),
		})
		return link.JoinURL, err
	}, nil
}

func (c *loadtestCommand) measure(s *session, test *loadtest.Test) error {
	switch {
	case c.Subscribers > 0:
		if err := test.Join(s.ctx, loadtest.Publisher, c.Publishers); err != nil {
			return err
		}
		return c.measureOnce(s, test, loadtest.Subscriber, c.Subscribers)
	case c.People > 0:
		return c.measureOnce(s, test, loadtest.Person, c.People)
	default:
		return c.findFit(s, test)
	}
}

func (c *loadtestCommand) measureOnce(s *session, test *loadtest.Test, role loadtest.Role, people int) error {
	if err := test.Join(s.ctx, role, people); err != nil {
		return err
	}
	result, err := test.Measure(s.ctx, loadtest.Measurement{
		Pattern: loadtest.Pattern(c.Pattern), WarmUp: time.Second, Duration: c.step(),
		OnProgress: s.loadtestProgress(people),
	})
	switch {
	case err != nil:
		return err
	case c.JSON:
		return s.printJSON(result)
	}
	return s.printLoadtest([]loadtest.Result{result}, "")
}

func (c *loadtestCommand) findFit(s *session, test *loadtest.Test) error {
	fit, err := test.Fit(s.ctx, loadtest.FitConfig{
		Most: mostFriends, Step: c.step(),
		OnProgress: func(people int, elapsed time.Duration, received uint64) {
			s.loadtestProgress(people)(elapsed, received)
		},
		OnStep: func(loadtest.Result) {},
	})
	switch {
	case err != nil:
		return err
	case c.JSON:
		return s.printJSON(fit)
	}
	return s.printLoadtest(fit.Steps, s.fitSentence(fit))
}

func (c *loadtestCommand) step() time.Duration {
	if c.Time == nil {
		return defaultStep
	}
	return time.Duration(*c.Time)
}

// loadtestProgress tells how far a measurement is, beside the output.
func (s *session) loadtestProgress(people int) func(elapsed time.Duration, received uint64) {
	return func(elapsed time.Duration, received uint64) {
		_, _ = fmt.Fprintln(s.Stderr, s.words.say("loadtest.progress", // nobody may be looking
			"people", strconv.Itoa(people), "seconds", strconv.Itoa(int(elapsed.Round(time.Second).Seconds())),
			"packets", strconv.FormatUint(received, 10)))
	}
}

// fitSentence says how many friends fit, and why not more: of the people in the
// call, one is who asks.
func (s *session) fitSentence(fit loadtest.Fit) string {
	if fit.People < 2 {
		return s.words.say("loadtest.none." + string(fit.Limit))
	}
	last := fit.Steps[len(fit.Steps)-1]
	line := 0.0
	for _, r := range fit.Steps {
		if max(r.Publishers, r.Subscribers) == fit.People {
			line = r.BitsPerSecond
		}
	}
	return s.words.say("loadtest.fit", "friends", strconv.Itoa(fit.People-1), "line", megabits(line)) + " " +
		s.words.say("loadtest.limit."+string(fit.Limit),
			"people", strconv.Itoa(max(last.Publishers, last.Subscribers)),
			"lost", percent(last.LostShare()), "delay", fmt.Sprintf("%.0f ms", last.DelayMs.P99))
}

func (s *session) printLoadtest(results []loadtest.Result, sentence string) error {
	var t table
	t.row(strings.Split(s.words.say("loadtest.columns"), "\t")...)
	for _, r := range results {
		t.row(strconv.Itoa(r.Publishers), strconv.Itoa(r.Subscribers), fmt.Sprintf("%.0f", r.PacketsPerSecond),
			megabits(r.BitsPerSecond), percent(r.LostShare()), strconv.FormatUint(r.Duplicated+r.Reordered+r.Wrong+r.Bad, 10),
			fmt.Sprintf("%.1f ms", r.DelayMs.P50), fmt.Sprintf("%.1f ms", r.DelayMs.P99), fmt.Sprintf("%.0f ms", r.JoinMs.P50))
	}
	var text bytes.Buffer
	t.writeTo(&text)
	if sentence != "" {
		text.WriteString("\n" + sentence + "\n")
	}
	_, err := s.Stdout.Write(text.Bytes())
	return err
}

func megabits(bps float64) string { return fmt.Sprintf("%.1f Mbit/s", bps/1e6) }
