package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

type viaProxyKey struct{}

// IsViaProxy reports whether a trusted proxy brought the request.
func IsViaProxy(r *http.Request) bool {
	via, _ := r.Context().Value(viaProxyKey{}).(bool)
	return via
}

// clientAddress puts the client's address into RemoteAddr where the connection
// comes from a trusted proxy, so that limits count people and not the proxy.
func clientAddress(proxies []netip.Prefix, next http.Handler) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isTrusted(proxies, addressOf(r)) {
			next.ServeHTTP(w, r)
			return
		}
		forwarded := r.WithContext(context.WithValue(r.Context(), viaProxyKey{}, true))
		if client, ok := forwardedFor(proxies, r.Header.Values("X-Forwarded-For")); ok {
			forwarded.RemoteAddr = net.JoinHostPort(client.String(), "0")
		}
		next.ServeHTTP(w, forwarded)
	})
}

// forwardedFor is the last address in the list that is no trusted proxy: all
// before it may be made up by the client.
func forwardedFor(proxies []netip.Prefix, headers []string) (netip.Addr, bool) {
	list := strings.Split(strings.Join(headers, ","), ",")
	for i := len(list) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(list[i]))
		if err != nil {
			return netip.Addr{}, false
		}
		if addr = addr.Unmap(); !isTrusted(proxies, addr) {
			return addr, true
		}
	}
	return netip.Addr{}, false
}

func isTrusted(proxies []netip.Prefix, addr netip.Addr) bool {
	for _, p := range proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
