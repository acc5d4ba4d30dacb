package echo

import "net/http"

// Handler serves everything at and below Path. A nil Responder tries for nobody.
func Handler(p *Prover, r *Responder) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"/{nonce}", p.serve)
	if r != nil {
		mux.HandleFunc("POST "+Path, r.serve)
		mux.HandleFunc("POST "+uploadPath, r.serveUpload)
	}
	return mux
}
