package clientapi

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"takoshome/app/calls"
)

const (
	// stepTimeout is more than other servers are given, and less than a device
	// waits for an answer.
	stepTimeout = 25 * time.Second

	// Somebody who mistypes has some tries at once, and then one every six seconds.
	addressBurst, addressPerSecond = 10, 10.0 / 60
	// An account has a few more, wherever from: many addresses are no help.
	accountBurst, accountPerSecond = 30, 1.0 / 60
)

// API answers everything below /api/v2/.
type API struct {
	config    Config
	mux       *http.ServeMux
	origins   *http.CrossOriginProtection
	byAddress *limiter[netip.Addr] // wrong passwords
	byAccount *limiter[string]     // likewise
	hub       *hub
	life      context.Context // until Close
	end       context.CancelFunc
	watch     func(account, device string) (events <-chan calls.Event, stop func())
}

// New checks everything; the caller mounts the API at /api/v2/, behind what
// bounds requests and tells the client's address.
func New(config Config) (*API, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	a := &API{
		life:      life,
		end:       end,
		config:    config,
		mux:       http.NewServeMux(),
		origins:   http.NewCrossOriginProtection(),
		byAddress: newLimiter[netip.Addr](addressPerSecond, addressBurst),
		byAccount: newLimiter[string](accountPerSecond, accountBurst),
		hub:       newHub(config.Limits),
		watch:     config.Exchange.Watch,
	}
	for _, origin := range append(tauriOrigins(), config.Origins...) {
		if err := a.origins.AddTrustedOrigin(origin); err != nil {
			end()
			return nil, err
		}
	}
	a.routes()
	return a, nil
}

// tauriOrigins are those of the takos app's pages, by platform.
func tauriOrigins() []string {
	return []string{"tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"}
}

// routes has, besides the paths that servers and clients use, those of the
// documentation, which says friends where they say friend.
func (a *API) routes() {
	a.mux.HandleFunc("POST /api/v2/sessions/login", a.public(a.login))
	a.mux.HandleFunc("GET /api/v2/sessions/status", a.public(a.status))
	a.mux.HandleFunc("POST /api/v2/sessions/logout", a.session(a.logout))
	a.mux.HandleFunc("GET /api/v2/sessions/list", a.session(a.listSessions))
	a.mux.HandleFunc("POST /api/v2/sessions/delete/{uuid}", a.session(a.deleteSession))
	for _, friend := range []string{"friend", "friends"} {
		a.mux.HandleFunc("POST /api/v2/"+friend+"/request", a.signedIn(a.requestFriend))
		a.mux.HandleFunc("GET /api/v2/"+friend+"/requests", a.signedIn(a.listRequests))
		a.mux.HandleFunc("POST /api/v2/"+friend+"/accept", a.signedIn(a.acceptFriend))
		a.mux.HandleFunc("GET /api/v2/"+friend+"/list", a.signedIn(a.listFriends))
		for name, step := range a.friendSteps() {
			a.mux.HandleFunc("POST /api/v2/"+friend+"/"+name, a.signedIn(a.friendStep(step)))
		}
		a.mux.HandleFunc("POST /api/v2/call/"+friend+"/{mode}/request", a.signedIn(a.requestCall))
		a.mux.HandleFunc("POST /api/v2/call/"+friend+"/{mode}/accept", a.signedIn(a.acceptCall))
		a.mux.HandleFunc("POST /api/v2/call/"+friend+"/{mode}/reject", a.signedIn(a.rejectCall))
		a.mux.HandleFunc("POST /api/v2/call/"+friend+"/{mode}/cancel", a.signedIn(a.cancelCall))
		a.mux.HandleFunc("POST /api/v2/call/"+friend+"/{mode}/end", a.signedIn(a.endCall))
	}
	a.mux.HandleFunc("POST /api/v2/call/group/{mode}/start", a.signedIn(a.groupCall((*calls.Exchange).StartGroup)))
	a.mux.HandleFunc("POST /api/v2/call/group/{mode}/join", a.signedIn(a.groupCall((*calls.Exchange).JoinGroup)))
	a.mux.HandleFunc("GET /api/v2/ws", a.serveSocket)
}

// ServeHTTP answers everything below /api/v2/.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Recheck looks now, instead of with the next ping, which sockets' sessions are
// over: for when accounts have changed outside of the API. It does not block.
func (a *API) Recheck() { a.hub.recheck() }

// Close ends the sockets and awaits them. What other servers are being asked is
// given up; requests that wait for it end by themselves.
func (a *API) Close() {
	a.end()
	a.hub.close()
}

// step is for what other servers are asked: a phone that loses its connection
// meanwhile has asked all the same, and finds out afterwards.
func (a *API) step() (context.Context, context.CancelFunc) {
	return context.WithTimeout(a.life, stepTimeout)
}

func (a *API) now() time.Time { return a.config.Now() }
