package doctor

import (
	"context"
	"errors"
	"slices"
	"sync"

	"takoshome/app/reach/doctor/echo"
)

// maxPartners is how many are asked until enough have tried.
const maxPartners = 3

// upload is whom an upload may be sent to.
type upload struct {
	partner Partner
	network string
	ticket  string
}

// family is one kind of address.
type family struct {
	network string
	ports   []echo.Port
	views   []view
	ticket  upload
	// isInside says that somebody answered who is in the same network.
	isInside bool
	// untrusted are those who showed certificates that nobody vouches for.
	untrusted []string
}

// askOutside has others try, over IPv4 and IPv6 at once.
func (e *examination) askOutside(ctx context.Context) {
	s := e.facts.Subject
	if s.IsLocal || s.Prover == nil || s.Media.Open == nil || len(s.Partners) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, outsideTime)
	defer cancel()
	credentials, end, err := s.Media.Open()
	if err != nil {
		return
	}
	defer end()
	q := echo.Question{Token: e.token, ICE: &credentials}
	families := []*family{{network: "tcp4", ports: s.Ports4}, {network: "tcp6", ports: s.Ports6}}
	var asking sync.WaitGroup
	for _, f := range families {
		if len(f.ports) == 0 {
			continue
		}
		asking.Go(func() { e.askFamily(ctx, f, q) })
	}
	asking.Wait()
	for _, f := range families {
		if len(f.views) == 0 {
			e.isInside = e.isInside || f.isInside
			e.distrust(f.untrusted)
			continue
		}
		e.views = append(e.views, f.views...)
		if e.ticket.ticket == "" {
			e.ticket = f.ticket
		}
	}
	if len(e.views) == 0 {
		for _, p := range s.Partners[:min(maxPartners, len(s.Partners))] {
			e.failures = append(e.failures, p.Name)
		}
	}
}

// askFamily asks until one has tried, and a second one where a friend did not get in.
func (e *examination) askFamily(ctx context.Context, f *family, q echo.Question) {
	q.Ports = f.ports
	partners := e.facts.Partners
	for _, p := range partners[:min(maxPartners, len(partners))] {
		asker := echo.NewAsker(p.Partner, f.network)
		answer, err := asker.Ask(ctx, q)
		asker.Close()
		if err != nil {
			f.isInside = f.isInside || errors.Is(err, echo.ErrSameNetwork) || errors.Is(err, echo.ErrNotPublic)
			if echo.IsUntrusted(err) {
				f.untrusted = append(f.untrusted, p.Name)
			}
			continue
		}
		seen := view{partner: p.Name, isNamed: p.IsNamed, answer: answer, at: e.config.Now()}
		f.views = append(f.views, seen)
		if f.ticket.ticket == "" {
			f.ticket = upload{p, f.network, answer.Ticket}
		}
		if seen.isNamed || seen.hasOpened(echo.Web) || len(f.views) > 1 {
			return
		}
	}
}

// distrust keeps who showed a certificate that nobody vouches for, over either family.
func (e *examination) distrust(names []string) {
	for _, name := range names {
		if !slices.Contains(e.untrusted, name) {
			e.untrusted = append(e.untrusted, name)
		}
	}
}

// measure sends an upload to who has tried.
func (e *examination) measure(ctx context.Context) {
	u := &e.facts.uplink
	if e.ticket.ticket == "" {
		return
	}
	asker := echo.NewAsker(e.ticket.partner.Partner, e.ticket.network)
	defer asker.Close()
	u.tried = true
	u.bps, u.err = asker.Upload(ctx, e.ticket.ticket)
}
