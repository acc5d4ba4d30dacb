package calls

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Line is how events get to other servers: a *federation.Service.
type Line interface {
	// Send brings an event to the server of domain and gives its answer.
	Send(ctx context.Context, domain string, event federation.Event) (federation.Answer, error)
}

// ExchangeConfig is what calls between people need.
type ExchangeConfig struct {
	Store *identity.Store
	Book  *Book
	// IsBusy says whether an account is in a call that the Exchange knows nothing
	// of, such as one by a link: then who rings is told so. nil: never. It is
	// asked outside of all locks.
	IsBusy func(account string) bool
	// OnOver says that a call in a room of ours is over for a user, or for all
	// where user is empty, so that they have nothing to do there any more. nil:
	// they stay. It must not block.
	OnOver func(room, user string)
	// OnChange says that Calls or the history has changed. It must not block.
	OnChange func()
	// RingTime is how long a call rings. 0: 2 minutes.
	RingTime time.Duration
	Logger   *slog.Logger
	Now      func() time.Time // nil: time.Now
}

func (c *ExchangeConfig) validate() error {
	if c.Store == nil || c.Book == nil || c.Logger == nil {
		return errBadExchange
	}
	return nil
}

func (c *ExchangeConfig) complete() {
	if c.IsBusy == nil {
		c.IsBusy = func(string) bool { return false }
	}
	if c.OnOver == nil {
		c.OnOver = func(string, string) {}
	}
	if c.OnChange == nil {
		c.OnChange = func() {}
	}
	if c.RingTime <= 0 {
		c.RingTime = ringTime
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// Times and numbers of calls.
const (
	ringTime = 2 * time.Minute
	// entryTime is how long a token lets in whom it was given to.
	entryTime = time.Minute
	// returnTime is how long somebody may be out of the room, as while a page is
	// loaded again, before the call is over.
	returnTime = 10 * time.Second
	// crossTime is how long the other server may take to answer our request,
	// where its own has crossed with it.
	crossTime = 3 * time.Second
	// repeatTime is how long a request that is the same again means the call
	// that was just answered.
	repeatTime = 10 * time.Second
	// absentTime is how long the device of a call on another server may be gone.
	absentTime = 2 * time.Minute
	// longestTime ends a call on another server that nobody has ended.
	longestTime = 12 * time.Hour
	// showTime is how long a call that is over is still listed.
	showTime = 8 * time.Second
	// goodbyeTime is how long Disconnect lets other servers be told.
	goodbyeTime = 2 * time.Second

	maxPending   = 1000 // requests that nobody has answered, in all
	maxRinging   = 8    // at one account
	ringsOfPair  = 3    // a minute
	ringsOfPeer  = 30   // a minute, of one domain
	entriesOfOne = 10   // a minute, of one member to a group's call
)

// Exchange is the call control of this host: it rings, answers, and gives out
// tokens. It is safe for concurrent use.
type Exchange struct {
	config  ExchangeConfig
	history *historian
	wake    chan struct{} // the clock looks again
	stop    chan struct{}
	running sync.WaitGroup

	// mu protects all that follows. Book's lock is below it.
	mu       sync.Mutex
	isClosed bool
	link     *link // nil: not connected
	board    board
	watchers watchers
	rates    rates
	// barred are those who are put out if they come until then, since their token
	// was withdrawn when it may have been in use.
	barred  map[seat]time.Time
	isDirty bool   // something changed since mu was taken
	ended   []seat // whose call is over since then
}

type rates struct {
	byPair   *rate[pair]
	byDomain *rate[string]
	byMember *rate[member]
}

// NewExchange makes an Exchange that nobody can call through until Connect.
func NewExchange(config ExchangeConfig) (*Exchange, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	config.complete()
	e := &Exchange{
		config:   config,
		history:  newHistorian(config.Store, config.OnChange, config.Logger),
		wake:     make(chan struct{}, 1),
		stop:     make(chan struct{}),
		board:    newBoard(),
		barred:   map[seat]time.Time{},
		watchers: watchers{of: map[string]map[*watcher]bool{}},
		rates: rates{
			byPair:   newRate[pair](ringsOfPair, time.Minute),
			byDomain: newRate[string](ringsOfPeer, time.Minute),
			byMember: newRate[member](entriesOfOne, time.Minute),
		},
	}
	e.running.Go(e.clock)
	return e, nil
}

// Close ends all calls and awaits everything that runs. Nobody connects any more
// from its first moment on.
func (e *Exchange) Close() {
	e.mu.Lock()
	wasClosed := e.isClosed
	e.isClosed = true
	e.mu.Unlock()
	if wasClosed {
		return
	}
	e.Disconnect()
	e.mu.Lock()
	e.watchers.close()
	e.mu.Unlock()
	close(e.stop)
	e.running.Wait()
	e.history.close()
}

// Connect lets calls come and go: the people of this host are at domain, and
// line leads to other servers.
func (e *Exchange) Connect(domain string, line Line) {
	e.Disconnect()
	e.mu.Lock()
	defer e.unlock()
	if !e.isClosed && e.link == nil {
		e.link = newLink(domain, line)
	}
}

// Disconnect ends all calls, tells the other servers so as far as that goes
// within two seconds, and lets none begin. The line is used until it returns.
func (e *Exchange) Disconnect() {
	e.mu.Lock()
	l := e.link
	e.link = nil
	e.clearGroupsLocked()
	for _, own := range e.board.live() {
		e.dropLocked(own)
	}
	e.unlock()
	if l != nil {
		l.hangUp(goodbyeTime)
	}
}

// dropLocked ends a call because this host does not host any more.
func (e *Exchange) dropLocked(l *leg) {
	by, reason := stepEnd, ReasonFailed
	if l.call.State.isUnanswered() {
		by = stepFail
		l.call.Err = ErrNotHosting
	}
	e.overLocked(l, by, reason)
	e.sayLocked(l)
}

// unlock lets go of mu, and then says what has changed.
func (e *Exchange) unlock() {
	isDirty, ended := e.isDirty, e.ended
	e.isDirty, e.ended = false, nil
	e.mu.Unlock()
	if isDirty {
		select {
		case e.wake <- struct{}{}:
		default:
		}
		e.config.OnChange()
	}
	for _, at := range ended {
		e.config.OnOver(at.room, at.user)
	}
}

// own gives an account's id while this host is connected.
func (e *Exchange) own(account string) (identity.ID, *link, error) {
	e.mu.Lock()
	l := e.link
	e.mu.Unlock()
	if l == nil {
		return "", nil, ErrNotHosting
	}
	if _, err := e.config.Store.Account(account); err != nil {
		return "", nil, err
	}
	id, err := identity.MakeID(account, l.domain)
	return id, l, err
}

// isFriend asks the store.
func (e *Exchange) isFriend(account string, id identity.ID) (bool, error) {
	friend, err := e.config.Store.Friend(account, id)
	return friend.State == identity.StateFriends, err
}
