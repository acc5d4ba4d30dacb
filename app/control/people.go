package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// wishTimeout is for wishes that another server has a say in: it may be slow, and
// is asked twice.
const wishTimeout = 40 * time.Second

// People is what the running app does for its owner with other people.
type People interface {
	// People is who the owner is and whom they know, ready for JSON, with the
	// fields identity, people and incoming.
	People(ctx context.Context) (any, error)
	// Ask does what is wished for, or says why not with a *Refusal.
	Ask(ctx context.Context, wish Wish) (Done, error)
}

// Verb is what is wished for.
type Verb string

// The verbs, and which fields of a Wish they take.
const (
	VerbSetIdentity Verb = "set-identity" // Name, Domain
	VerbExport      Verb = "export"       // Path, absolute, of a file that is not there
	VerbImport      Verb = "import"       // Path, absolute

	VerbAddFriend     Verb = "add-friend" // ID, as with all of friends
	VerbAcceptFriend  Verb = "accept-friend"
	VerbDeclineFriend Verb = "decline-friend"
	VerbRemoveFriend  Verb = "remove-friend"
	VerbBlockFriend   Verb = "block-friend"
	VerbUnblockFriend Verb = "unblock-friend"
	VerbNameFriend    Verb = "name-friend" // ID, Title; empty: none

	VerbNewGroup     Verb = "new-group"    // Title; Done.ID is its id
	VerbFollowGroup  Verb = "follow-group" // Group, Title
	VerbRenameGroup  Verb = "rename-group" // Group, Title
	VerbLeaveGroup   Verb = "leave-group"  // Group
	VerbDeleteGroup  Verb = "delete-group" // Group
	VerbAddMember    Verb = "add-member"   // Group, ID
	VerbRemoveMember Verb = "remove-member"
	VerbSetRole      Verb = "set-role" // Group, ID, Role

	VerbSeeCalls    Verb = "see-calls"
	VerbForgetCalls Verb = "forget-calls"

	VerbAddAccount    Verb = "add-account"    // Name, Password
	VerbRemoveAccount Verb = "remove-account" // Name
	VerbSetPassword   Verb = "set-password"   // Name, Password

	VerbCall      Verb = "call"       // ID, CallType; Done.Call
	VerbCallGroup Verb = "call-group" // Group, CallType; Done.Call
	VerbWatchCall Verb = "watch-call" // Call, State: Done.Call once its state is another, or after 5 s
	VerbAnswer    Verb = "answer"     // Call; Done.Call
	VerbDecline   Verb = "decline"    // Call
	VerbCancel    Verb = "cancel"     // the call that rings at somebody else's
)

// Wish is what the owner asks for.
type Wish struct {
	Verb     Verb   `json:"verb"`
	ID       string `json:"id,omitempty"`    // a person's takos id
	Group    string `json:"group,omitempty"` // a group's id
	Call     string `json:"call,omitempty"`  // a call's id
	State    string `json:"state,omitempty"` // of a call, as the asker knows it
	CallType string `json:"callType,omitempty"`
	Name     string `json:"name,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Title    string `json:"title,omitempty"`
	Role     string `json:"role,omitempty"`
	Path     string `json:"path,omitempty"`
	Password string `json:"password,omitempty"`
}

// Done is what came of a Wish.
type Done struct {
	// ID is of what was made.
	ID   string `json:"id,omitempty"`
	Call *Call  `json:"call,omitempty"`
}

// Call is a call between people.
type Call struct {
	ID       string `json:"id"`
	Peer     string `json:"peer,omitempty"`
	Group    string `json:"group,omitempty"`
	Title    string `json:"title,omitempty"` // what the owner calls them
	CallType string `json:"callType"`
	// State is CallRinging or another of them.
	State string `json:"state"`
	// Code is why it failed, as in a Refusal, and Args what its sentence says.
	Code string            `json:"code,omitempty"`
	Args map[string]string `json:"args,omitempty"`
	// Window says that the running app goes in by itself.
	Window bool `json:"window,omitempty"`
	// URL is the way in, for whoever has no window: the socket of the call's
	// server with a token that works once. JoinURL opens it in a browser, where
	// the call is on this host.
	URL     string `json:"url,omitempty"`
	JoinURL string `json:"joinUrl,omitempty"`
}

// The states of a Call, those of app/calls.
const (
	CallCalling   = "calling"
	CallRinging   = "ringing"
	CallAccepted  = "accepted"
	CallActive    = "active"
	CallRejected  = "rejected"
	CallCancelled = "cancelled"
	CallBusy      = "busy"
	CallTimeout   = "timeout"
	CallFailed    = "failed"
	CallEnded     = "ended"
)

// HandlePeople lets the owner ask for people too. It comes before Serve.
func (s *Server) HandlePeople(people People) {
	s.mux.HandleFunc("GET /v1/people", func(w http.ResponseWriter, r *http.Request) {
		list, err := people.People(r.Context())
		answer(w, list, err)
	})
	s.mux.HandleFunc("POST /v1/people", func(w http.ResponseWriter, r *http.Request) {
		wish, ok := read[Wish](w, r)
		if !ok {
			return
		}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(wishTimeout))
		done, err := people.Ask(r.Context(), wish)
		answer(w, done, err)
	})
}

// People is whom the owner of the running app knows, in JSON.
func (c *Client) People(ctx context.Context) (json.RawMessage, error) {
	return c.do(ctx, http.MethodGet, "/v1/people", nil)
}

// Ask asks the running app for something with other people.
func (c *Client) Ask(ctx context.Context, wish Wish) (Done, error) {
	var done Done
	body, err := json.Marshal(wish)
	if err != nil {
		return done, fmt.Errorf("ask about people: %w", err)
	}
	text, err := c.doWithin(ctx, wishTimeout, http.MethodPost, "/v1/people", body)
	if err != nil {
		return done, err
	}
	if err := json.Unmarshal(text, &done); err != nil {
		return done, fmt.Errorf("read what was done: %w", err)
	}
	return done, nil
}
