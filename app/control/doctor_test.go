package control

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
)

// fakeDoctor tells so many reports, and then this.
type fakeDoctor struct {
	reports int
	err     error
	wanted  Examine
}

func (d *fakeDoctor) Examine(_ context.Context, wanted Examine, tell func(any)) (any, error) {
	d.wanted = wanted
	for i := range d.reports {
		tell(map[string]any{"running": true, "total": i})
	}
	return map[string]bool{"running": false}, d.err
}

// complaints counts what the HTTP server says of how it is used.
type complaints struct {
	slog.Handler
	count atomic.Int32
}

func (*complaints) Enabled(context.Context, slog.Level) bool { return true }

func (c *complaints) Handle(_ context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "http: ") {
		c.count.Add(1)
	}
	return nil
}

func TestExamine(t *testing.T) {
	for name, test := range map[string]struct {
		doctor fakeDoctor
		told   int
		code   string
	}{
		"quick":      {fakeDoctor{}, 1, ""},
		"with news":  {fakeDoctor{reports: 3}, 4, ""},
		"refused":    {fakeDoctor{err: &Refusal{Code: CodeNotHosting, Message: "hosting is off"}}, 1, CodeNotHosting},
		"broken off": {fakeDoctor{reports: 2, err: errors.New("it has ended")}, 3, CodeFailed},
	} {
		t.Run(name, func(t *testing.T) {
			doctor := test.doctor
			handler := &complaints{}
			client := NewClient(serveWithLog(t, func(s *Server) { s.HandleDoctor(&doctor) }, slog.New(handler)))
			told := 0
			report, err := client.Examine(t.Context(), Examine{AskFriends: true}, func(json.RawMessage) { told++ })
			refusal := &Refusal{}
			switch {
			case told != test.told || !doctor.wanted.AskFriends || doctor.wanted.Uplink:
				t.Errorf("%d told, asked for %+v", told, doctor.wanted)
			case test.code == "" && (err != nil || strings.TrimSpace(string(report)) != `{"running":false}`):
				t.Errorf("got %s, %v", report, err)
			case test.code != "" && (!errors.As(err, &refusal) || refusal.Code != test.code):
				t.Errorf("got %s, %v", report, err)
			}
			if n := handler.count.Load(); n != 0 {
				t.Errorf("the server complained %d times", n)
			}
		})
	}
}
