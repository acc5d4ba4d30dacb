package portmap

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"takoshome/app/reach/portmap/igd"
	"takoshome/app/reach/portmap/pcp"
)

const (
	// searchTime bounds one look for routers.
	searchTime = 6 * time.Second
	// releaseTime is how long Close takes at most, whatever its context allows.
	releaseTime = 4 * time.Second
)

// Mapper keeps ports mapped from Start to Close.
type Mapper struct {
	config Config
	once   *once
	wake   chan struct{} // of one place: being woken twice is being woken
	cancel context.CancelFunc
	done   chan struct{}

	lanes []*lane // belongs to run, and after its end to Close

	mu      sync.Mutex // protects what follows
	wanted  []Port
	current Status
	remake  bool
	closed  bool
}

// New does nothing yet but look through the configuration.
func New(config Config) (*Mapper, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	m := &Mapper{config: config, once: newOnce(config.Logger), wake: make(chan struct{}, 1), done: make(chan struct{})}
	m.wanted = slices.Clone(config.Ports)
	m.current = Status{State: Off}
	return m, nil
}

// Start begins to map, once; off means that nothing is ever sent.
func (m *Mapper) Start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cancel != nil || m.closed || m.config.Off {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	m.current = Status{State: Searching}
	go m.run(ctx)
}

// Status is how things stand.
func (m *Mapper) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.current
	s.Mappings = slices.Clone(s.Mappings)
	return s
}

// SetPorts maps other ports from now on, and ends mappings of those missing.
func (m *Mapper) SetPorts(ports []Port) error {
	if err := validatePorts(ports); err != nil {
		return err
	}
	m.mu.Lock()
	m.wanted = slices.Clone(ports)
	m.mu.Unlock()
	m.Recheck()
	return nil
}

// Recheck looks after everything now: after the network changed, or a sleep.
func (m *Mapper) Recheck() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Remake ends all mappings and makes them anew: for a router that has them in
// its list and sends nothing, as somebody outside has found out.
func (m *Mapper) Remake() {
	m.mu.Lock()
	m.remake = true
	m.mu.Unlock()
	m.Recheck()
}

// Close ends all mappings, as far as the router answers in time.
func (m *Mapper) Close(ctx context.Context) {
	m.mu.Lock()
	was := m.closed
	m.closed = true
	cancel := m.cancel
	m.mu.Unlock()
	if cancel == nil || was {
		return
	}
	cancel()
	<-m.done
	ctx, stop := context.WithTimeout(ctx, releaseTime)
	defer stop()
	for _, l := range m.lanes {
		l.release(ctx)
	}
	m.publish(Status{State: Off}, false)
}

func (m *Mapper) ports() []Port {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wanted
}

func (m *Mapper) run(ctx context.Context) {
	defer close(m.done)
	var hurry bool
	for {
		next := m.step(ctx, hurry)
		if ctx.Err() != nil {
			return
		}
		at, stop := m.config.Clock.After(max(next.Sub(m.config.Clock.Now()), 0))
		select {
		case <-ctx.Done():
			stop()
			return
		case <-at:
			hurry = false
		case <-m.wake:
			hurry = true
		}
		stop()
	}
}

// step does what is due on all lanes, and tells when it must be called again.
func (m *Mapper) step(ctx context.Context, hurry bool) time.Time {
	m.look()
	if m.takeRemake() {
		for _, l := range m.lanes {
			l.release(ctx)
		}
	}
	next := m.config.Clock.Now().Add(checkEvery)
	for _, l := range m.lanes {
		at := l.step(ctx, hurry)
		if ctx.Err() != nil {
			return next
		}
		next = minTime(next, at)
		m.publish(m.status(), false)
	}
	m.publish(m.status(), hurry)
	return next
}

func (m *Mapper) takeRemake() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.remake
	m.remake = false
	return was
}

// look keeps one lane for each address that there is. What was mapped for an
// address that has gone cannot be ended from another one.
func (m *Mapper) look() {
	routes, err := m.config.Routes()
	if err != nil {
		m.once.log("network cannot be looked at: "+err.Error(), netip.AddrPort{})
		return
	}
	var lanes []*lane
	for _, route := range routes {
		for _, local := range route.Locals {
			same := func(l *lane) bool { return l.local == local && l.gateway == route.Gateway }
			if i := slices.IndexFunc(m.lanes, same); i >= 0 {
				lanes = append(lanes, m.lanes[i])
			} else {
				lanes = append(lanes, newLane(m, route, local))
			}
		}
	}
	m.lanes = lanes
}

// publish tells what has changed. Who has asked hears the answer even where it is the
// same: that is news, too.
func (m *Mapper) publish(s Status, asked bool) {
	m.mu.Lock()
	changed := !s.same(m.current)
	m.current = s
	m.mu.Unlock()
	if changed || asked {
		s.Mappings = slices.Clone(s.Mappings)
		m.config.OnChange(s)
	}
}

// discover asks by all methods at once which of them the router knows.
func (m *Mapper) discover(ctx context.Context, l *lane) (services []service, name string) {
	ctx, stop := context.WithTimeout(ctx, searchTime)
	defer stop()
	client := pcp.NewClient(pcp.Config{Gateway: l.gateway, Local: l.local, Ignored: m.once.log, Now: m.config.Clock.Now})
	uses := func(method Method) bool { return slices.Contains(m.config.Methods, method) }

	var search sync.WaitGroup
	var speaksPCP, speaksPMP bool
	var router *igd.Router
	if uses(PCP) || uses(NATPMP) {
		search.Go(func() { speaksPCP, speaksPMP = client.Speaks(ctx) })
	}
	if uses(UPnP) {
		search.Go(func() { router = m.findUPnP(ctx, l) })
	}
	search.Wait()

	if speaksPCP && uses(PCP) {
		services = append(services, &pcpService{client, m.config.Secret})
	}
	if speaksPMP && uses(NATPMP) {
		services = append(services, &pmpService{client})
	}
	if router != nil && l.local.Is6() {
		services, name = append(services, &pinholeService{router}), router.Name()
	} else if router != nil {
		services, name = append(services, &upnpService{router: router, mark: markOf(m.config.Secret)}), router.Name()
	}
	return services, name
}

func (m *Mapper) findUPnP(ctx context.Context, l *lane) *igd.Router {
	router, err := igd.Find(ctx, igd.Config{
		Gateway: l.gateway, Local: l.local, LinkLocal: l.route.LinkLocal, Interface: l.route.Index, Ignored: m.once.log,
	})
	if err != nil && !errors.Is(err, igd.ErrNotFound) && ctx.Err() == nil {
		m.once.log("search by UPnP: "+err.Error(), netip.AddrPortFrom(l.gateway, 0))
	}
	return router
}
