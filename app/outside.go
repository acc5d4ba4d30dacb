package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"

	"takoshome/app/config"
	"takoshome/app/reach/address"
	"takoshome/app/reach/dyndns"
	"takoshome/app/reach/portmap"
	"takoshome/app/reach/portmap/gateway"
	"takoshome/sfu"
	"takoshome/turn"
)

// releaseTime is how long closing waits for a router.
const releaseTime = 3 * time.Second

// outsideConfig is what one run of hosting tells its way to the internet.
type outsideConfig struct {
	settings config.Config
	open     openPorts
	// moved are ports that could not be had.
	moved []MovedPort
	// domain is what others call this host by now, "" for nothing.
	domain func() string
	// announce and announceRelay are told of every change; neither blocks.
	announce      func([]sfu.Announced)
	announceRelay func([]relayWay) (told []turn.Endpoint) // nil: no relay
	relayStats    func() turn.Stats
	onChange      func()
	onWay         func() // the way here has changed; does not block
	log           *slog.Logger
	// routes are for tests; nil: as the system has them.
	routes func() ([]gateway.Route, error)
}

// outside keeps the host's way from the internet: it puts together what the
// router has given and what servers outside see, and tells clients of it.
//
// Its goroutine does all that, at every change; those of its parts only say that
// there is one.
type outside struct {
	config  outsideConfig
	mapper  *portmap.Mapper
	finder  *address.Finder
	name    *dyndns.Updater // nil: no name follows the address
	changed chan struct{}   // has room for one
	stop    chan struct{}   // closed by close
	gone    sync.WaitGroup
	closing sync.Once

	// The goroutine's.
	told  plan
	ports []portmap.Port
	heard address.State

	mu     sync.Mutex // protects what follows; a leaf
	latest plan
	looks  *Outside // without what changes all the time
	at     time.Time
	relay  []turn.Endpoint // what clients are told
	proof  proof
}

// openOutside starts to look. It is nil where only this computer is served:
// there is nobody outside then.
func openOutside(c outsideConfig) (*outside, error) {
	if c.open.isLocal() {
		return nil, nil
	}
	o := &outside{config: c, changed: make(chan struct{}, 1), stop: make(chan struct{})}
	var err error
	o.ports = c.open.wanted(c.settings, c.domain())
	o.mapper, err = portmap.New(portmap.Config{
		Off:      !c.settings.Reach.MapPorts,
		Ports:    o.ports,
		Secret:   routerSecret(filepath.Join(c.settings.DataDir, routerSecretFile), c.log),
		OnChange: func(portmap.Status) { o.look() },
		Routes:   c.open.routes(c.routes),
		Logger:   c.log.With("scope", "portmap"),
	})
	if err != nil {
		return nil, fmt.Errorf("map ports: %w", err)
	}
	o.finder, err = address.New(address.Config{
		Servers:  serverNames(c.settings.Reach.STUN),
		OnChange: func(address.State) { o.look() },
		Logger:   c.log.With("scope", "address"),
	})
	if err != nil {
		return nil, fmt.Errorf("find the public address: %w", err)
	}
	if o.name, err = newUpdater(c.settings.Dyndns, c.onChange, c.log); err != nil {
		return nil, fmt.Errorf("follow the address with a name: %w", err)
	}
	o.at = time.Now()
	if c.announceRelay != nil {
		o.relay = c.announceRelay(nil)
	}
	o.mapper.Start()
	o.finder.Start()
	o.gone.Go(o.run)
	return o, nil
}

func newUpdater(settings config.Dyndns, onChange func(), log *slog.Logger) (*dyndns.Updater, error) {
	if settings.Provider == "" {
		return nil, nil
	}
	return dyndns.New(dyndns.Config{
		Provider: string(settings.Provider),
		URL:      string(settings.URL),
		Hostname: string(settings.Hostname),
		User:     settings.User,
		Password: settings.Password,
		Hook:     settings.Hook,
		OnChange: onChange,
		Logger:   log.With("scope", "dyndns"),
	})
}

func serverNames(servers []config.StunServer) []string {
	names := make([]string, 0, len(servers))
	for _, s := range servers {
		names = append(names, string(s))
	}
	return names
}

// look has everything put together anew. It does not wait.
func (o *outside) look() {
	if o == nil {
		return
	}
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// recheck asks everybody anew: after a sleep.
func (o *outside) recheck() {
	if o == nil {
		return
	}
	o.mapper.Recheck()
	o.finder.Recheck()
}

// remake has the router make all mappings anew: those that it says it has, while
// nobody gets in.
func (o *outside) remake() {
	if o != nil {
		o.mapper.Remake()
	}
}

// recheckOutside is for what may have changed the network: the end of a sleep.
func (a *App) recheckOutside() {
	if h := a.running(); h != nil {
		h.outside.recheck()
		h.certificates.recheck()
	}
}

// close ends the mappings in the router, as far as it answers in time.
func (o *outside) close(ctx context.Context) {
	if o == nil {
		return
	}
	o.closing.Do(func() {
		close(o.stop)
		ctx, cancel := context.WithTimeout(ctx, releaseTime)
		defer cancel()
		o.finder.Close()
		o.mapper.Close(ctx)
		o.gone.Wait()
		if o.name != nil {
			o.name.Close()
		}
	})
}

func (o *outside) run() {
	for {
		select {
		case <-o.stop:
			return
		case <-o.changed:
			o.update()
		}
	}
}

// update tells whom it concerns what has changed.
func (o *outside) update() {
	k := o.knowledge()
	o.compare(k.address)
	next := planOf(k)
	moved := !slices.Equal(k.address.Interfaces, o.heard.Interfaces)
	if moved || !slices.Equal(next.announced, o.told.announced) {
		o.config.announce(next.announced)
	}
	if moved || !slices.Equal(next.relay, o.told.relay) {
		o.tellRelay(next.relay)
	}
	if o.name != nil {
		o.name.Update(next.named4, next.named6)
	}
	if next.external.IsValid() && next.external != o.told.external {
		o.finder.Recheck() // its servers may see another one, too
	}
	if wanted := o.config.open.wanted(o.config.settings, k.domain); !slices.Equal(wanted, o.ports) {
		o.ports = wanted
		if err := o.mapper.SetPorts(wanted); err != nil {
			o.config.log.Warn("ports cannot be mapped", "error", err)
		}
	}
	o.told, o.heard = next, k.address
	o.publish(next, shown(k))
}

func (o *outside) tellRelay(ways []relayWay) {
	if o.config.announceRelay == nil {
		return
	}
	told := o.config.announceRelay(ways)
	o.mu.Lock()
	o.relay = told
	o.mu.Unlock()
}

// compare has the router looked after at once where the network is another, or
// its address.
func (o *outside) compare(now address.State) {
	before, _ := fromSTUN(o.heard.Public)
	after, seen := fromSTUN(now.Public)
	if !slices.Equal(now.Interfaces, o.heard.Interfaces) || now.Online != o.heard.Online || (seen && before != after) {
		o.mapper.Recheck()
	}
}

func (o *outside) publish(next plan, looks *Outside) {
	for i := range looks.Router.Mappings {
		looks.Router.Mappings[i].ExpiresAt = time.Time{}
	}
	o.mu.Lock()
	isOther := next.web != o.latest.web || next.external != o.latest.external || !slices.Equal(next.announced, o.latest.announced)
	if !reflect.DeepEqual(looks, o.looks) {
		o.at = time.Now()
	}
	o.latest, o.looks = next, looks
	o.mu.Unlock()
	o.config.onChange()
	if isOther {
		o.config.log.Info("the way from outside has changed", "web", wordOf(next.web), "router", wordOf(next.external))
		o.config.onWay()
	}
}

func (o *outside) knowledge() knowledge {
	o.mu.Lock()
	found := o.proof
	o.mu.Unlock()
	return knowledge{
		settings: o.config.settings, open: o.config.open, domain: o.config.domain(), proof: found,
		router: o.mapper.Status(), address: o.finder.State(),
	}.withoutStale()
}

// interfaces are this machine's addresses, the best first.
func (o *outside) interfaces() []netip.Addr { return o.finder.State().Interfaces }

// way is where friends outside open the page, as far as it is known that they
// can; not valid for nowhere.
func (o *outside) way() netip.AddrPort {
	if o == nil {
		return netip.AddrPort{}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.latest.web
}

// snapshot is what is known now, nil without an outside.
func (o *outside) snapshot() *Outside {
	if o == nil {
		return nil
	}
	s := shown(o.knowledge())
	o.mu.Lock()
	s.ChangedAt = o.at
	told := o.relay
	o.mu.Unlock()
	s.Name = o.named()
	s.Moved = slices.Clone(o.config.moved)
	if o.config.relayStats != nil {
		s.Relay = &RelayState{Stats: o.config.relayStats(), URLs: []string{}}
		for _, e := range told {
			s.Relay.URLs = append(s.Relay.URLs, e.URL())
		}
	}
	return s
}

func (o *outside) named() *NameState {
	if o.name == nil {
		return nil
	}
	s := o.name.Status()
	return &NameState{
		Hostname: s.Hostname, State: string(s.State), Addrs: append([]netip.Addr{}, s.Addrs...),
		UpdatedAt: s.UpdatedAt, NextTry: s.NextTry, Problem: string(s.Problem),
	}
}

// seenOpen is the doctor's word that somebody outside has opened the page at addr,
// or, where it is not valid, that nobody can; isSure as with doctor.Finding. It counts
// until the address outside is another; what does not count at all leaves the last
// word standing.
func (o *outside) seenOpen(addr netip.AddrPort, isSure bool) {
	if o == nil {
		return
	}
	k := o.knowledge()
	found := proof{isKnown: true, isSure: isSure, at: addr, of: k.public4()}
	if !found.holds(k) {
		return
	}
	o.mu.Lock()
	o.proof = found
	o.mu.Unlock()
	o.look()
}

// wordOf is empty for what is not known.
func wordOf(known interface {
	IsValid() bool
	String() string
},
) string {
	if !known.IsValid() {
		return ""
	}
	return known.String()
}
