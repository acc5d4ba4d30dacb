package address

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Finder knows the machine's addresses from Start to Close.
type Finder struct {
	config  Config
	servers []server
	recheck chan struct{} // of one place: being asked twice is being asked
	changed chan struct{} // the same, for interfaces
	done    chan struct{}

	// These belong to run.
	sight        sight
	beliefs      [families]belief
	resolved     []netip.AddrPort
	resolvedAt   time.Time
	askedAll     time.Time
	failingSince time.Time  // zero while servers answer
	seen         netip.Addr // the IPv4 address that servers saw last
	movedAt      time.Time  // when that became another

	mu     sync.Mutex // protects all below
	cancel context.CancelFunc
	closed bool
	state  State
}

// New does nothing yet but look through the configuration.
func New(config Config) (*Finder, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	servers, err := parseServers(config.Servers)
	if err != nil {
		return nil, err
	}
	return &Finder{
		config:  config,
		servers: servers,
		recheck: make(chan struct{}, 1),
		changed: make(chan struct{}, 1),
		done:    make(chan struct{}),
		state:   State{NAT: NATUnknown},
	}, nil
}

// Start begins to look, once. The first State comes soon after, and once more
// when servers have answered.
func (f *Finder) Start() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil || f.closed {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	go f.run(ctx)
}

// Recheck looks at everything anew: after a sleep, or when somebody has noticed
// that something has changed. It does not wait.
func (f *Finder) Recheck() { wake(f.recheck) }

// State is what is known now.
func (f *Finder) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state.clone()
}

// Close ends all of it and waits. It is idempotent.
func (f *Finder) Close() {
	f.mu.Lock()
	f.closed = true
	cancel := f.cancel
	f.mu.Unlock()
	if cancel != nil {
		cancel()
		<-f.done
	}
}

func wake(channel chan struct{}) {
	select {
	case channel <- struct{}{}:
	default: // somebody has already asked
	}
}

// run is the Finder's goroutine.
func (f *Finder) run(ctx context.Context) {
	defer close(f.done)
	stop := f.config.watch(func() { wake(f.changed) })
	defer stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	askAll := true
	for ctx.Err() == nil {
		if f.see() {
			askAll = true
		}
		f.publish() // of interfaces nobody should have to wait for answers
		f.check(ctx, askAll)
		if ctx.Err() != nil {
			return
		}
		f.publish()
		timer.Reset(f.config.pause(f.failingFor()))
		askAll = f.wait(ctx, timer)
	}
}

// wait returns when it is time to look again, and whether everybody is to be
// asked then.
func (f *Finder) wait(ctx context.Context, timer *time.Timer) (askAll bool) {
	select {
	case <-ctx.Done():
	case <-f.recheck:
		return true
	case <-f.changed:
		// One change is many messages.
		select {
		case <-ctx.Done():
		case <-time.After(f.config.timing.settle):
		}
		select {
		case <-f.changed:
		default:
		}
	case <-timer.C:
	}
	return false
}

// see looks at the interfaces and reports whether they have changed.
func (f *Finder) see() (changed bool) {
	now, err := f.config.look()
	if err != nil {
		f.config.Logger.Warn("the machine's addresses are not known", "error", err)
		return false
	}
	if f.sight.same(now) {
		return false
	}
	f.sight = now
	f.resolvedAt = time.Time{} // another network may have other names
	return true
}

// check asks servers: all of them, or one of each family, and all if that one
// has news.
func (f *Finder) check(ctx context.Context, askAll bool) {
	if len(f.servers) == 0 {
		return
	}
	now := f.config.Now()
	askAll = askAll || f.askedAll.IsZero() || now.Sub(f.askedAll) >= f.config.timing.full
	if !askAll && f.confirmed(ctx) {
		f.checkedAt(now)
		return
	}
	if ctx.Err() != nil {
		return
	}
	f.askedAll = now
	f.resolve(ctx, now)
	f.askEverybody(ctx, now)
	if ctx.Err() != nil {
		return
	}
	f.checkedAt(now)
	switch {
	case f.problem() == "":
		f.failingSince = time.Time{}
	case f.failingSince.IsZero():
		f.failingSince = now
	}
}

func (f *Finder) failingFor() time.Duration {
	if f.failingSince.IsZero() {
		return 0
	}
	return f.config.Now().Sub(f.failingSince)
}

// confirmed asks one server of each family whether the address is still the same.
func (f *Finder) confirmed(ctx context.Context) bool {
	if f.problem() != "" {
		return false
	}
	for family := range families {
		b := &f.beliefs[family]
		if !b.mapped.IsValid() {
			continue
		}
		b.turn++
		server := b.answering[b.turn%len(b.answering)]
		answers, _, err := f.config.ask(ctx, family, []netip.AddrPort{server})
		if err != nil || len(answers) == 0 || answers[0].mapped.Addr() != b.mapped.Addr() {
			return false
		}
		b.confirmed = f.config.Now()
	}
	return true
}

// askEverybody asks both families at once.
func (f *Finder) askEverybody(ctx context.Context, now time.Time) {
	var asking sync.WaitGroup
	for family := range families {
		b := &f.beliefs[family]
		if !f.sight.has(family) {
			*b = belief{verdict: verdict{nat: NATUnknown, problem: ProblemOffline}}
			continue
		}
		servers := f.serversOf(family)
		asking.Go(func() {
			answers, local, err := f.config.ask(ctx, family, servers)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				f.config.Logger.Warn("cannot ask for the public address", "error", err)
			}
			b.take(now, judge(len(servers), answers, f.sight.addrs, local), f.config.timing.keep)
			if len(answers) > 0 {
				b.answering = b.answering[:0]
				for _, a := range answers {
					b.answering = append(b.answering, a.server)
				}
			}
		})
	}
	asking.Wait()
}

func (f *Finder) serversOf(family family) []netip.AddrPort {
	var list []netip.AddrPort
	for _, addr := range f.resolved {
		if family.holds(addr.Addr()) {
			list = append(list, addr)
		}
	}
	return list
}

// resolve looks the servers' names up, all at once. Where that fails, the
// addresses of before serve.
func (f *Finder) resolve(ctx context.Context, now time.Time) {
	if !f.resolvedAt.IsZero() && now.Sub(f.resolvedAt) < f.config.timing.lasting && f.failingSince.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, f.config.timing.resolve)
	defer cancel()
	found := make([][]netip.AddrPort, len(f.servers))
	var looking sync.WaitGroup
	for i, s := range f.servers {
		looking.Go(func() { found[i] = f.config.addrsOf(ctx, s) })
	}
	looking.Wait()
	if all := slices.Concat(found...); len(all) > 0 {
		f.resolved, f.resolvedAt = unique(all), now
	}
}

// addrsOf is one address of each family: more of one server are not more opinions.
func (c *Config) addrsOf(ctx context.Context, s server) (list []netip.AddrPort) {
	addrs := []netip.Addr{}
	if addr, err := netip.ParseAddr(s.host); err == nil {
		addrs = append(addrs, addr)
	} else if addrs, err = c.resolve(ctx, s.host); err != nil {
		c.Logger.Debug("STUN server is not known", "server", s.host, "error", err)
	}
	var has [families]bool
	for _, addr := range addrs {
		addr = addr.Unmap()
		of := ipv6
		if ipv4.holds(addr) {
			of = ipv4
		}
		if !has[of] {
			has[of] = true
			list = append(list, netip.AddrPortFrom(addr, s.port))
		}
	}
	return list
}

func unique(addrs []netip.AddrPort) (list []netip.AddrPort) {
	for _, addr := range addrs {
		if !slices.Contains(list, addr) {
			list = append(list, addr)
		}
	}
	return list
}
