package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/term"

	"takoshome/app"
	"takoshome/app/control"
)

// doctorCommand examines how the host is reached.
type doctorCommand struct {
	hostFlags
	Friends bool `name:"friends" help:"${help_doctorFriends}"`
	Uplink  bool `name:"uplink" help:"${help_doctorUplink}"`
	JSON    bool `name:"json" help:"${help_json}"`
}

// foundError is a report that is bad news; it has been printed.
type foundError struct{ status int }

func (e *foundError) Error() string { return "friends may not get in" }

// Run examines the running host; where none runs, one of its own for that time.
func (c *doctorCommand) Run(s *session) error {
	dir, err := s.folder(c.folderFlag)
	if err != nil {
		return err
	}
	report, err := c.askRunning(s, dir)
	if errors.Is(err, control.ErrNotRunning) {
		report, err = c.askOwn(s)
	}
	s.showProgress(nil)
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.printJSON(report)
	} else {
		err = s.printReport(report)
	}
	if err != nil {
		return err
	}
	switch report.Worst {
	case "warn":
		return &foundError{exitWarned}
	case "fail":
		return &foundError{exitShut}
	}
	return nil
}

func (c *doctorCommand) askRunning(s *session, dir string) (report *app.DoctorReport, err error) {
	wanted := control.Examine{AskFriends: c.Friends, Uplink: c.Uplink}
	text, err := control.NewClient(dir).Examine(s.ctx, wanted, func(text json.RawMessage) {
		if partly := (app.DoctorReport{}); json.Unmarshal(text, &partly) == nil {
			s.showProgress(&partly)
		}
	})
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return nil, fmt.Errorf("read the answer of the running host: %w", err)
	}
	return report, nil
}

// askOwn hosts for as long as the examination takes.
func (c *doctorCommand) askOwn(s *session) (*app.DoctorReport, error) {
	ctx, ignoreSignals := signal.NotifyContext(s.ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer ignoreSignals()
	log := slog.New(slog.DiscardHandler)
	settings, err := s.hostSettings(c.hostFlags, ownerFlag{}, log)
	if err != nil {
		return nil, err
	}
	a, err := app.New(app.Config{Settings: settings, Page: s.Page, Version: version(s.Version), Logger: log})
	if err != nil {
		return nil, err
	}
	if err := a.Start(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	wishes := app.DoctorWishes{AskFriends: c.Friends, Uplink: c.Uplink}
	report, err := a.Examine(ctx, wishes, func(r app.DoctorReport) { s.showProgress(&r) })
	if err := errors.Join(err, a.Close()); err != nil {
		return nil, err
	}
	return &report, nil
}

// showProgress tells people at a terminal how far it is; nil: it has ended.
func (s *session) showProgress(r *app.DoctorReport) {
	if !isTerminal(s.Stderr) {
		return
	}
	text := ""
	if r != nil {
		text = s.words.say("doctor.progress", "done", strconv.Itoa(len(r.Findings)))
	}
	_, _ = io.WriteString(s.Stderr, "\r\x1b[K"+text)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// marks are what stands before a finding.
func marks() map[string]string {
	return map[string]string{"pass": "✓", "unknown": "?", "warn": "!", "fail": "✗"}
}

// printReport shows a report to people.
func (s *session) printReport(r *app.DoctorReport) error {
	var t table
	for _, f := range r.Findings {
		t.row(marks()[string(f.State)], s.words.say("doctor.check."+string(f.Check)), s.sayFinding(f, ""))
	}
	var lines, text bytes.Buffer
	t.writeTo(&lines)
	var said []string // of the finding above: three of them may have one reason
	for _, f := range r.Findings {
		line, _ := lines.ReadString('\n')
		text.WriteString(line)
		reasons := []string{s.sayFinding(f, ".means"), s.sayFinding(f, ".do")}
		for _, reason := range reasons {
			if reason != "" && !slices.Contains(said, reason) {
				text.WriteString("     " + reason + "\n")
			}
		}
		said = reasons
	}
	text.WriteString("\n" + s.words.say("doctor.verdict."+string(r.Verdict)) + "\n")
	shown := text.String()
	if isTerminal(s.Stdout) && os.Getenv("NO_COLOR") == "" { // https://no-color.org
		shown = coloured(shown)
	}
	_, err := io.WriteString(s.Stdout, shown)
	return err
}

// coloured gives the marks at the beginning of lines their colours (ECMA-48 section
// 8.3.117).
func coloured(text string) string {
	var pairs []string
	for state, colour := range map[string]string{"pass": "32", "unknown": "36", "warn": "33", "fail": "31"} {
		mark := marks()[state]
		pairs = append(pairs, "\n"+mark+" ", "\n\x1b["+colour+"m"+mark+"\x1b[m ")
	}
	return strings.NewReplacer(pairs...).Replace("\n" + text)[1:]
}

// sayFinding is empty where a finding has no such sentence.
func (s *session) sayFinding(f app.Finding, part string) string {
	key := f.Key + part
	if _, ok := s.words[key]; !ok && part != "" {
		return ""
	}
	var pairs []string
	for name, value := range f.Args {
		pairs = append(pairs, name, plain(value))
	}
	return s.words.say(key, pairs...)
}
