package clientapi

import (
	"net/http"

	"takoshome/app/calls"
)

// Exchange is what *calls.Exchange does for devices.
type Exchange interface {
	Calls(account string) []calls.Call
}

// API answers everything below /api/v2/.
type API struct {
	config Config
	mux    *http.ServeMux
}

// New checks everything; the caller mounts the API at /api/v2/, behind what
// bounds requests and tells the client's address.
func New(config Config) (*API, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	return &API{config: config, mux: http.NewServeMux()}, nil
}

// ServeHTTP answers everything below /api/v2/.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Recheck looks now, instead of with the next ping, which sockets' sessions are
// over: for when accounts have changed outside of the API. It does not block.
func (a *API) Recheck() {}

// Close ends the sockets and awaits them. Requests that run end by themselves.
func (a *API) Close() {}
