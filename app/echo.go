package app

import (
	"net/http"
	"net/netip"

	"takoshome/app/reach/doctor/echo"
)

// openEcho answers those who ask whether they are reached from outside, unless the
// settings say no, and proves our own ports to those whom we ask.
func (h *host) openEcho(proxies []netip.Prefix) (http.Handler, error) {
	if !h.config.settings.Reach.AnswerEcho {
		return echo.Handler(&h.prover, nil), nil
	}
	responder, err := echo.NewResponder(echo.Config{
		MayTry:  h.mayTry,
		Own:     h.ownOutside,
		Proxies: proxies,
		Logger:  h.config.log.With("scope", "echo"),
	})
	if err != nil {
		return nil, err
	}
	return echo.Handler(&h.prover, responder), nil
}

// ownOutside are this host's addresses in the internet: who asks from there is
// behind the same router.
func (h *host) ownOutside() []netip.Addr {
	var own []netip.Addr
	if o := h.outside.snapshot(); o != nil {
		for _, p := range o.Public {
			own = append(own, p.Addr)
		}
	}
	return own
}
