package web

import (
	"bufio"
	_ "embed" // the page of somebody who opens the bare address
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

//go:embed about.html
var aboutPage []byte

// Every address may load a few pages at once, and then some all the time.
const (
	requestBurst     = 200
	requestPerSecond = 20
)

// newHandler puts the routes behind all that stands before them.
func newHandler(c *Config) (http.Handler, error) {
	page, err := loadPage(c.Page)
	if err != nil {
		return nil, err
	}
	api, err := newJoinAPI(c)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/_takos/v2/call", c.Signaling)
	mux.HandleFunc("GET /j", page.serveIndex)
	mux.HandleFunc("GET /j/{file...}", page.serveFile)
	mux.HandleFunc("POST /api/join", api.join)
	mux.HandleFunc("GET /api/join/info", api.info)
	if c.Foundation != nil {
		mux.Handle("/_takos/v1/", c.Foundation)
	}
	if c.Echo != nil {
		mux.Handle(EchoPath, c.Echo)
		mux.Handle(EchoPath+"/", c.Echo)
	}
	if c.ClientAPI != nil {
		mux.Handle("/api/v2/", c.ClientAPI)
	}
	mux.HandleFunc("GET /about", serveAbout)
	mux.Handle("GET /{$}", http.RedirectHandler(c.public.Path+"/about", http.StatusSeeOther))

	hosts := newHostCheck(c.Hosts, c.Domain, c.TrustedProxies)
	requests := newLimiter(requestPerSecond, requestBurst)
	handler := hosts.handler(mux)
	handler = limitRequests(requests, c.Now, handler)
	handler = secureHeaders(c.isSecure, handler)
	handler = accessLog(c.Logger, c.Now, mux, handler)
	handler = clientAddress(c.TrustedProxies, handler)
	return withTLS(below(c.public.Path, handler)), nil
}

// isSecure reports whether the client's way here is encrypted, if only as far as a
// proxy's.
func (c *Config) isSecure(r *http.Request) bool {
	if IsViaProxy(r) && c.public.Scheme != "" {
		return c.public.Scheme == "https"
	}
	return c.TLS != nil
}

func serveAbout(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(aboutPage)
}

func limitRequests(l *limiter, now func() time.Time, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := l.take(now(), addressOf(r)); wait > 0 {
			tooMany(w, wait)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// tooMany answers 429 (RFC 6585 section 4) with the whole seconds to wait.
func tooMany(w http.ResponseWriter, wait time.Duration) {
	seconds := int((wait + time.Second - 1) / time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(max(seconds, 1)))
	writeError(w, http.StatusTooManyRequests, wordTooMany)
}

// addressOf is the client's address; requests without one share one limit.
func addressOf(r *http.Request) netip.Addr {
	parsed, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return parsed.Addr().Unmap()
}

// accessLog tells route, status and time of what was let through.
func accessLog(log *slog.Logger, now func() time.Time, mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := now()
		_, route := mux.Handler(r)
		answer := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		level := slog.LevelInfo
		if route == "" || answer.status >= http.StatusBadRequest {
			level = slog.LevelDebug // strangers can make any number of these
		}
		log.Log(r.Context(), level, "request",
			"route", route,
			"method", r.Method,
			"status", answer.status,
			"ms", now().Sub(begin).Milliseconds(),
			"client", addressOf(r).String())
	})
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the final status and sends it.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends the body, after 200 where no status was set.
func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Hijack hands the connection to a WebSocket.
func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status = http.StatusSwitchingProtocols
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
