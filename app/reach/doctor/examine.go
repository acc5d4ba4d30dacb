package doctor

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// insideTime is for what is tried from this machine, outsideTime for asking others,
	// both of which go on at once; the upload comes after them.
	insideTime  = 6 * time.Second
	outsideTime = 18 * time.Second
)

var errNotTried = errors.New("not tried")

// Examine finds out how a host is reached. It takes up to half a minute, ends early
// with ctx, and tells what it has found by then.
func Examine(ctx context.Context, s Subject, c Config) Report {
	c.validate()
	f := &facts{Subject: s, now: c.Now(), udp: errNotTried, tcp: errNotTried}
	f.web.url = targetOf(s.Web.URL)
	e := &examination{facts: f, config: c}
	if s.Prover != nil {
		token, end := s.Prover.Begin()
		defer end()
		e.token = token
	}
	report := Report{At: f.now, Running: true, Total: len(checks()), Findings: []Finding{}}
	c.OnFinding(report)
	var probes sync.WaitGroup
	probes.Go(func() { e.askOutside(ctx) })
	e.probeInside(ctx)
	for _, judge := range []func() Finding{f.judgeWeb, f.judgeMedia, f.judgeRelay, f.judgeCertificate} {
		report.Findings = append(report.Findings, judge())
	}
	c.OnFinding(report.clone())
	probes.Wait()
	e.takeViews()
	if s.Measure {
		e.measure(ctx)
	}
	return e.report()
}

// examination is one of them under way.
type examination struct {
	facts  *facts
	config Config
	token  string

	// What the goroutine of askOutside leaves to Examine.
	views     []view
	failures  []string
	isInside  bool
	untrusted []string
	ticket    upload
}

// takeViews puts what others saw to the other facts.
func (e *examination) takeViews() {
	e.facts.views, e.facts.failures, e.facts.isInside = e.views, e.failures, e.isInside
	e.facts.untrusted = e.untrusted
}

func (e *examination) report() Report {
	f := e.facts
	r := Report{At: e.config.Now(), Total: len(checks())}
	for _, judge := range f.judges() {
		r.Findings = append(r.Findings, judge())
	}
	r.Verdict, r.Worst = f.verdict(r.Findings), worst(r.Findings)
	for _, v := range f.views {
		if !slices.Contains(r.Asked, v.partner) {
			r.Asked = append(r.Asked, v.partner)
		}
		if r.Seen == "" {
			r.Seen = v.answer.Address.String()
		}
	}
	r.Asked = append(r.Asked, f.failures...)
	if f.uplink.bps > 0 {
		r.UplinkBps, r.UplinkPeople = f.uplink.bps, peopleFor(f.uplink.bps)
	}
	return r
}

func (r Report) clone() Report {
	r.Findings = slices.Clone(r.Findings)
	return r
}

// targetOf takes a URL of the app's own apart.
func targetOf(text string) target {
	u, err := url.Parse(text)
	if err != nil {
		return target{}
	}
	t := target{isTLS: u.Scheme == "https", host: u.Hostname(), port: 80, folder: strings.TrimRight(u.Path, "/")}
	if t.isTLS {
		t.port = 443
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		t.port = uint16(port)
	}
	return t
}
