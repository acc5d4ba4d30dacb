package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// examineTimeout is more than an examination takes.
const examineTimeout = 90 * time.Second

// Examine asks for an examination of how the host is reached.
type Examine struct {
	// AskFriends lets friends' hosts try from outside; Uplink measures it.
	AskFriends bool `json:"askFriends,omitempty"`
	Uplink     bool `json:"uplink,omitempty"`
}

// Doctor examines how the running host is reached.
type Doctor interface {
	// Examine gives the report, ready for JSON, or says why not with a *Refusal. What
	// is known before goes to tell, which may be called on another goroutine.
	Examine(ctx context.Context, wanted Examine, tell func(report any)) (any, error)
}

// HandleDoctor lets the owner ask for examinations too. It comes before Serve. The
// answer is a report a line, of which the last one counts.
func (s *Server) HandleDoctor(doctor Doctor) {
	s.mux.HandleFunc("POST /v1/doctor", func(w http.ResponseWriter, r *http.Request) {
		wanted, ok := read[Examine](w, r)
		if !ok {
			return
		}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(examineTimeout))
		lines := lines{to: w}
		report, err := doctor.Examine(r.Context(), wanted, lines.write)
		lines.end(report, err)
	})
}

// lines are the reports under way. Those that come after the end are dropped.
type lines struct {
	mu      sync.Mutex          // protects what follows
	to      http.ResponseWriter // nil: ended
	started bool
}

func (l *lines) write(report any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to == nil {
		return
	}
	if !l.started {
		l.started = true
		l.to.Header().Set("Content-Type", "application/json")
	}
	_ = json.NewEncoder(l.to).Encode(report)
	_ = http.NewResponseController(l.to).Flush()
}

// end writes the last line. Once there was another, the status has been sent.
func (l *lines) end(report any, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.to
	l.to = nil
	if !l.started {
		answer(w, report, err)
		return
	}
	if err != nil {
		report = refusalOf(err)
	}
	_ = json.NewEncoder(w).Encode(report)
}

// Examine asks the running app for an examination; each report goes to tell, and the
// last one is given.
func (c *Client) Examine(ctx context.Context, wanted Examine, tell func(report json.RawMessage)) (json.RawMessage, error) {
	body, err := json.Marshal(wanted)
	if err != nil {
		return nil, fmt.Errorf("ask for examination: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	response, err := c.send(ctx, http.MethodPost, "/v1/doctor", body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	var last json.RawMessage
	scanner := bufio.NewScanner(response.Body)
	scanner.Buffer(nil, maxReportBytes)
	for scanner.Scan() {
		last = bytes.Clone(scanner.Bytes())
		tell(last)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read answer of running host: %w", err)
	}
	refusal := &Refusal{}
	if err := json.Unmarshal(last, refusal); err != nil || refusal.Message != "" || response.StatusCode != http.StatusOK {
		return nil, refusalIn(last, response.Status) // it may come after reports
	}
	return last, nil
}

// maxReportBytes is more than a report has.
const maxReportBytes = 1 << 20
