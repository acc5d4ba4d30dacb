package identity

import "time"

// Config says where the state is and bounds what is kept.
type Config struct {
	// Path is the file; its folder is made if need be. Whoever opens a Store
	// holds the data folder, so that no other process makes the same file.
	Path   string
	Limits Limits
	Keys   KeyTimes
}

// Limits bound what is kept, so that nobody can fill the disk from outside.
// What is 0 is as in DefaultLimits.
type Limits struct {
	Accounts        int
	Sessions        int // of one account; the longest unused gives way
	Friends         int // of one account, with those blocked and asked
	Requests        int // from others to one account, unanswered
	RequestsPerPeer int // of these from one domain
	Groups          int
	Members         int // of one group
	Calls           int // of the history; the oldest gives way
	Events          int // of other servers, remembered against repetition
	EventsPerOrigin int
	SessionLife     time.Duration // since it was last used
}

// DefaultLimits suit a household.
func DefaultLimits() Limits {
	return Limits{
		Accounts:        32,
		Sessions:        32,
		Friends:         2000,
		Requests:        200,
		RequestsPerPeer: 20,
		Groups:          500,
		Members:         256,
		Calls:           2000,
		Events:          100_000,
		EventsPerOrigin: 10_000,
		SessionLife:     90 * 24 * time.Hour,
	}
}

// KeyTimes are the times of server keys. What is 0 is as in DefaultKeyTimes.
type KeyTimes struct {
	Life  time.Duration // of a new key
	Renew time.Duration // before its end a new key takes over
	Keep  time.Duration // after its end it is still served
}

// DefaultKeyTimes are 30 days, as takos servers had it, a new key a week before
// that, and as long again for those who check a signature late.
func DefaultKeyTimes() KeyTimes {
	const day = 24 * time.Hour
	return KeyTimes{Life: 30 * day, Renew: 7 * day, Keep: 60 * day}
}

func (c *Config) validate() error {
	if c.Path == "" {
		return errNoPath
	}
	standard, times := DefaultLimits(), DefaultKeyTimes()
	l := &c.Limits
	for _, limit := range []struct{ value, standard *int }{
		{&l.Accounts, &standard.Accounts},
		{&l.Sessions, &standard.Sessions},
		{&l.Friends, &standard.Friends},
		{&l.Requests, &standard.Requests},
		{&l.RequestsPerPeer, &standard.RequestsPerPeer},
		{&l.Groups, &standard.Groups},
		{&l.Members, &standard.Members},
		{&l.Calls, &standard.Calls},
		{&l.Events, &standard.Events},
		{&l.EventsPerOrigin, &standard.EventsPerOrigin},
	} {
		if *limit.value == 0 {
			*limit.value = *limit.standard
		}
		if *limit.value < 0 {
			return errBadLimits
		}
	}
	for _, limit := range []struct{ value, standard *time.Duration }{
		{&l.SessionLife, &standard.SessionLife},
		{&c.Keys.Life, &times.Life},
		{&c.Keys.Renew, &times.Renew},
		{&c.Keys.Keep, &times.Keep},
	} {
		if *limit.value == 0 {
			*limit.value = *limit.standard
		}
		if *limit.value < 0 {
			return errBadLimits
		}
	}
	if c.Keys.Renew >= c.Keys.Life {
		return errBadLimits
	}
	return nil
}
