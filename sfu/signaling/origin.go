package signaling

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origins decides which sites' pages may open a socket (RFC 6454). A call token
// is no cookie that a browser would send by itself; the check keeps a foreign
// page from using a token that it got hold of.
type origins struct {
	configured []string // lower case
}

func newOrigins(configured []string) (origins, error) {
	var o origins
	for _, text := range configured {
		u, err := url.Parse(text)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != text {
			return origins{}, fmt.Errorf("%w: %q", errBadOrigin, text)
		}
		o.configured = append(o.configured, strings.ToLower(text))
	}
	return o, nil
}

// tauriOrigins are those of the takos app's pages, by platform.
func tauriOrigins() []string {
	return []string{"tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"}
}

// allowed reports whether the request may open a socket whoever it is for. No
// Origin at all means that it does not come from a browser.
func (o origins) allowed(r *http.Request) bool {
	values := r.Header.Values("Origin")
	if len(values) == 0 {
		return true
	}
	if len(values) > 1 {
		return false
	}
	origin := strings.ToLower(values[0])
	return webHost(origin) == strings.ToLower(r.Host) && r.Host != "" ||
		slices.Contains(tauriOrigins(), origin) || slices.Contains(o.configured, origin)
}

// allowedFor reports whether the user's own server is the origin: the page of
// a called friend comes from the friend's domain, not from this host.
func allowedFor(r *http.Request, user string) bool {
	_, domain, ok := strings.Cut(user, "@")
	values := r.Header.Values("Origin")
	return ok && domain != "" && len(values) == 1 &&
		strings.ToLower(values[0]) == "https://"+strings.ToLower(domain)
}

// webHost is the host and port of a web origin, empty for any other.
func webHost(origin string) string {
	if host, ok := strings.CutPrefix(origin, "https://"); ok {
		return host
	}
	host, _ := strings.CutPrefix(origin, "http://")
	if host == origin {
		return ""
	}
	return host
}
