package web

import (
	"net/http"
	"strings"
)

// secureHeaders keeps the page to its own files and requests (CSP Level 3
// section 6), and its URLs, whose fragment has the token, to itself.
func secureHeaders(isTLS func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy(isTLS(r), r.Host))
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), "+
			"autoplay=(self), fullscreen=(self), speaker-selection=(self), "+
			"geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()")
		h.Set("X-Robots-Tag", "noindex")
		next.ServeHTTP(w, r)
	})
}

// contentSecurityPolicy names the host's WebSocket besides 'self': older
// Safari and Firefox do not take 'self' to mean it.
func contentSecurityPolicy(isTLS bool, host string) string {
	connect := "'self'"
	if isPlainHost(host) {
		scheme := "ws://"
		if isTLS {
			scheme = "wss://"
		}
		connect += " " + scheme + host
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data: blob:",
		"media-src 'self' blob: mediastream:",
		"connect-src " + connect,
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

// isPlainHost keeps what could end a directive out of the policy.
func isPlainHost(host string) bool {
	for _, c := range []byte(host) {
		isWord := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !isWord && !strings.ContainsRune("-._:[]", rune(c)) {
			return false
		}
	}
	return host != ""
}
