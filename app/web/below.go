package web

import (
	"net/http"
	"net/url"
	"strings"
)

// below takes requests for paths below folder for those without it, so that it does
// not matter whether a reverse proxy leaves the folder in the path or takes it out.
func below(folder string, next http.Handler) http.Handler {
	if folder == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := cutFolder(r.URL.Path, folder)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		short := new(http.Request)
		*short = *r
		short.URL = &url.URL{Path: rest, RawQuery: r.URL.RawQuery}
		next.ServeHTTP(w, short)
	})
}

func cutFolder(path, folder string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, folder)
	switch {
	case !ok || (rest != "" && rest[0] != '/'):
		return path, false
	case rest == "":
		return "/", true
	}
	return rest, true
}
