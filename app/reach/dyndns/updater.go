package dyndns

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"takoshome/app/reach/address"
	"takoshome/app/reach/records"
)

const (
	// tellTimeout bounds one try; a program may take longer.
	tellTimeout = 6 * time.Minute
	// forceInterval is for providers that forget names that are never heard of.
	forceInterval = 28 * 24 * time.Hour
	// lookupTimeout bounds the question where the name leads.
	lookupTimeout = 10 * time.Second
	// gatherTime is for addresses that change one shortly after the other.
	gatherTime = 2 * time.Second
)

// State is how the name stands.
type State string

// States.
const (
	StateWaiting State = "waiting" // no address is known, or it is being told
	StateCurrent State = "current" // the provider has the addresses
	StateFailed  State = "failed"  // it is tried again
	StateStopped State = "stopped" // only other settings help
)

// Status is how the name stands.
type Status struct {
	Hostname  string       `json:"hostname"`
	State     State        `json:"state"`
	Addrs     []netip.Addr `json:"addrs"` // as told to the provider
	UpdatedAt time.Time    `json:"updatedAt,omitzero"`
	Problem   Problem      `json:"problem,omitempty"`
	NextTry   time.Time    `json:"nextTry,omitzero"` // after a failure
}

// pair is an address of each family, invalid where there is none.
type pair struct{ v4, v6 netip.Addr }

func (p pair) list() []netip.Addr {
	list := []netip.Addr{}
	for _, a := range []netip.Addr{p.v4, p.v6} {
		if a.IsValid() {
			list = append(list, a)
		}
	}
	return list
}

// Updater keeps one name up to date.
type Updater struct {
	config Config
	teller records.Addresses
	wake   chan struct{} // has room for one
	ctx    context.Context
	end    context.CancelFunc
	gone   sync.WaitGroup

	mu     sync.Mutex
	wanted pair   // mu protects it
	status Status // mu protects it

	// The goroutine's.
	told     pair
	toldAt   time.Time
	failures int
	nextTry  time.Time
	stopped  bool
}

// New checks the settings; nothing is sent before Update.
func New(config Config) (*Updater, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	teller, err := config.teller()
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	u := &Updater{
		config: config, teller: teller, wake: make(chan struct{}, 1), ctx: ctx, end: end,
		status: Status{Hostname: config.Hostname, State: StateWaiting, Addrs: []netip.Addr{}},
	}
	u.gone.Go(u.run)
	return u, nil
}

// Update says what the addresses are now; invalid ones, and those that nobody in
// the internet could reach, are not known. It does not block.
func (u *Updater) Update(v4, v6 netip.Addr) {
	wanted := pair{public(v4, false), public(v6, true)}
	u.mu.Lock()
	isNew := wanted != u.wanted
	u.wanted = wanted
	u.mu.Unlock()
	if !isNew {
		return
	}
	select {
	case u.wake <- struct{}{}:
	default: // it will look anyway
	}
}

func public(a netip.Addr, is6 bool) netip.Addr {
	if a = a.Unmap(); a.Is6() != is6 || !address.IsPublic(a) {
		return netip.Addr{}
	}
	return a.WithZone("")
}

// Status is how the name stands.
func (u *Updater) Status() Status {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.status
	s.Addrs = slices.Clone(s.Addrs)
	return s
}

// Close ends everything and awaits it. It is idempotent.
func (u *Updater) Close() {
	u.end()
	u.gone.Wait()
	u.config.Client.CloseIdleConnections()
}

func (u *Updater) run() {
	for {
		select {
		case <-u.ctx.Done():
			return
		case <-u.wake:
			if !u.sleep(u.config.gather) {
				return
			}
		case <-u.due():
		}
		u.look()
	}
}

func (u *Updater) sleep(d time.Duration) bool {
	select {
	case <-u.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// due is when there is something to do although nothing has changed.
func (u *Updater) due() <-chan time.Time {
	switch {
	case u.stopped, len(u.wants().list()) == 0: // without a network there is nothing to tell
		return nil
	case u.failures > 0:
		return time.After(time.Until(u.nextTry))
	case !u.toldAt.IsZero():
		return time.After(time.Until(u.toldAt.Add(forceInterval)))
	}
	return nil
}

func (u *Updater) wants() pair {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.wanted
}

// look tells the addresses where that is due.
func (u *Updater) look() {
	wanted := u.wants()
	now := time.Now()
	force := !u.toldAt.IsZero() && now.Sub(u.toldAt) >= forceInterval
	switch {
	case u.stopped, now.Before(u.nextTry), len(wanted.list()) == 0:
		return
	case wanted == u.told && u.failures == 0 && !force:
		return
	case !force && u.leadsTo(wanted):
		u.succeed(wanted, "the name leads here already")
		return
	}
	u.set(func(s *Status) { s.State = StateWaiting })
	ctx, cancel := context.WithTimeout(u.ctx, tellTimeout)
	err := u.teller.SetAddresses(ctx, u.config.Hostname, wanted.v4, wanted.v6)
	cancel()
	switch {
	case u.ctx.Err() != nil:
	case err != nil:
		u.fail(err)
	default:
		u.succeed(wanted, "the name's provider was told the addresses")
	}
}

// leadsTo asks once, before anything has been told: after a start most names are
// as they were.
func (u *Updater) leadsTo(wanted pair) bool {
	if !u.toldAt.IsZero() || u.failures > 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(u.ctx, lookupTimeout)
	defer cancel()
	found, err := u.config.Lookup(ctx, u.config.Hostname)
	if err != nil || len(found) != len(wanted.list()) {
		return false
	}
	for _, a := range found {
		if !slices.Contains(wanted.list(), a.Unmap()) {
			return false
		}
	}
	return true
}

func (u *Updater) succeed(told pair, sentence string) {
	u.told, u.toldAt, u.failures, u.nextTry = told, time.Now(), 0, time.Time{}
	u.config.Logger.Info(sentence, "name", u.config.Hostname, "addrs", told.list())
	u.set(func(s *Status) {
		*s = Status{Hostname: s.Hostname, State: StateCurrent, Addrs: told.list(), UpdatedAt: u.toldAt}
	})
}

func (u *Updater) fail(err error) {
	u.failures++
	problem := problemOf(err)
	u.stopped = problem.isFinal()
	u.nextTry = time.Now().Add(waitAfter(u.failures, problem))
	u.config.Logger.Warn("the name's provider was not told the addresses",
		"name", u.config.Hostname, "problem", string(problem), "error", err)
	u.set(func(s *Status) {
		s.State, s.Problem, s.NextTry = StateFailed, problem, u.nextTry
		if u.stopped {
			s.State, s.NextTry = StateStopped, time.Time{}
		}
	})
}

func (u *Updater) set(change func(*Status)) {
	u.mu.Lock()
	change(&u.status)
	u.mu.Unlock()
	u.config.OnChange()
}
