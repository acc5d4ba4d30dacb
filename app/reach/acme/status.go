package acme

import "time"

// State is how a name stands.
type State string

// States.
const (
	StateWaiting State = "waiting" // nothing has been tried yet
	StateAsking  State = "asking"  // the authority is being asked
	StateGood    State = "good"    // there is a certificate; Problem may say that renewing fails
	StateFailed  State = "failed"  // there is none, and the last try has failed
)

// NameStatus is how one name stands.
type NameStatus struct {
	Name  string    `json:"name"`
	State State     `json:"state"`
	Until time.Time `json:"until,omitzero"` // the certificate's end
	// Problem is what the last try failed of, and Detail what the authority said
	// of it, in its words.
	Problem Problem   `json:"problem,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	NextTry time.Time `json:"nextTry,omitzero"` // after a failure
}

// Status is how all names stand, the main one first.
func (m *Manager) Status() []NameStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.config.Now()
	list := make([]NameStatus, 0, len(m.names))
	for _, name := range m.names {
		e := m.entries[name]
		s := NameStatus{Name: name, State: StateWaiting, Problem: e.problem, Detail: e.detail}
		switch {
		case e.isGood(now):
			s.State, s.Until = StateGood, e.certificate.Leaf.NotAfter
		case e.asking:
			s.State = StateAsking
		case e.problem != ProblemNone:
			s.State = StateFailed
		}
		if e.problem != ProblemNone {
			s.NextTry = e.nextTry
		}
		list = append(list, s)
	}
	return list
}

// Vouched is the first name with a certificate, and, where that has been the only
// challenge, how it was proved to be this host's; "" for neither.
func (m *Manager) Vouched() (name, challenge string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.config.Now()
	for _, n := range m.names {
		if m.entries[n].isGood(now) {
			name = n
			break
		}
	}
	if name != "" && len(m.config.Challenges) == 1 {
		challenge = m.config.Challenges[0]
	}
	return name, challenge
}
