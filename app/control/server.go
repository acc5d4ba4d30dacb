package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	requestTimeout = 10 * time.Second
	maxBodyBytes   = 16 << 10
)

// Host is the running app.
type Host interface {
	// Invite makes an invitation, or says why not with a *Refusal.
	Invite(ctx context.Context, invite Invite) (Link, error)
	// Status is the snapshot, ready for JSON.
	Status(ctx context.Context) (any, error)
	// Raise asks the window to come forward; false: there is none.
	Raise() bool
	// Join opens a link to a call in the window, or says why not with a *Refusal.
	Join(ctx context.Context, join Join) error
	// Call does something with the call that is going on, or says why not with
	// a *Refusal.
	Call(ctx context.Context, action Action) error
}

// Join asks for a call to be opened in the window. What is empty is as last time.
type Join struct {
	Link       string `json:"link"`
	Name       string `json:"name,omitempty"`
	Microphone string `json:"microphone,omitempty"`
	Speaker    string `json:"speaker,omitempty"`
	Camera     string `json:"camera,omitempty"`
	// Now goes in without showing the preview first.
	Now bool `json:"now,omitempty"`
}

// Action is something to do with the call that is going on.
type Action string

// The actions.
const (
	ActionMute    Action = "mute"
	ActionUnmute  Action = "unmute"
	ActionTalkOn  Action = "talkOn"  // the key of push-to-talk goes down
	ActionTalkOff Action = "talkOff" // and up
	ActionHangUp  Action = "hangUp"
)

// Deed asks for an Action.
type Deed struct {
	Action Action `json:"action"`
}

// Invite asks for an invitation.
type Invite struct {
	Room     string `json:"room"`
	User     string `json:"user,omitempty"` // empty: a room link for guests
	CallType string `json:"callType"`
	Uses     int    `json:"uses,omitempty"`
	TTLMs    int64  `json:"ttlMs,omitempty"`
}

// Link is an invitation as it is handed on. A user's has a token and the
// socket's URL with it; a room link has a code and the URL that the token of
// each guest completes. HomeURL is JoinURL as it is opened at home, where that may
// lead to the router's outside and not back in; empty: JoinURL is for everybody.
type Link struct {
	Token   string `json:"token,omitempty"`
	Code    string `json:"code,omitempty"`
	URL     string `json:"url"`
	JoinURL string `json:"joinUrl"`
	HomeURL string `json:"homeUrl,omitempty"`
}

// Server answers on a Folder's socket.
type Server struct {
	folder  *Folder
	mux     *http.ServeMux
	http    *http.Server
	serving sync.WaitGroup
	log     *slog.Logger
}

// NewServer makes a Server, which owns the folder from then on; Serve starts it.
func NewServer(folder *Folder, host Host, log *slog.Logger) (*Server, error) {
	if folder == nil || host == nil {
		return nil, errNoHost
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/invite", func(w http.ResponseWriter, r *http.Request) { serveInvite(w, r, host) })
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, r *http.Request) {
		status, err := host.Status(r.Context())
		answer(w, status, err)
	})
	mux.HandleFunc("POST /v1/join", func(w http.ResponseWriter, r *http.Request) {
		obey(w, r, host.Join)
	})
	mux.HandleFunc("POST /v1/call", func(w http.ResponseWriter, r *http.Request) {
		obey(w, r, func(ctx context.Context, d Deed) error { return host.Call(ctx, d.Action) })
	})
	mux.HandleFunc("POST /v1/raise", func(w http.ResponseWriter, _ *http.Request) {
		if !host.Raise() {
			answer(w, nil, &Refusal{Code: CodeNoWindow, Message: ErrNoWindow.Error()})
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return &Server{
		folder: folder,
		log:    log,
		mux:    mux,
		http: &http.Server{
			Handler:      mux,
			ReadTimeout:  requestTimeout,
			WriteTimeout: requestTimeout,
			IdleTimeout:  requestTimeout,
			ErrorLog:     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}, nil
}

// Serve starts answering and returns at once.
func (s *Server) Serve() { s.serving.Go(s.serve) }

func (s *Server) serve() {
	if err := s.http.Serve(s.folder.listener); !errors.Is(err, http.ErrServerClosed) {
		s.log.Error("control socket broke", "error", err)
	}
}

// Close lets requests end until ctx does, and gives the folder back.
func (s *Server) Close(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop control socket: %w", err), s.http.Close())
	}
	s.serving.Wait()
	return errors.Join(err, s.folder.Close())
}

func serveInvite(w http.ResponseWriter, r *http.Request, host Host) {
	invite, ok := read[Invite](w, r)
	if !ok {
		return
	}
	link, err := host.Invite(r.Context(), invite)
	answer(w, link, err)
}

// obey answers a request that has no more to say than that it was done.
func obey[T any](w http.ResponseWriter, r *http.Request, do func(context.Context, T) error) {
	wanted, ok := read[T](w, r)
	if !ok {
		return
	}
	if err := do(r.Context(), wanted); err != nil {
		answer(w, nil, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// read takes a request's body; false: it was refused.
func read[T any](w http.ResponseWriter, r *http.Request) (value T, ok bool) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		answer(w, nil, &Refusal{Code: CodeBadRequest, Message: "the request is not understood"})
		return value, false
	}
	return value, true
}

func answer(w http.ResponseWriter, value any, err error) {
	status := http.StatusOK
	if err != nil {
		status, value = http.StatusConflict, refusalOf(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// refusalOf is an error as the wire has it.
func refusalOf(err error) *Refusal {
	refusal := &Refusal{Code: CodeFailed, Message: err.Error()}
	_ = errors.As(err, &refusal)
	return refusal
}
