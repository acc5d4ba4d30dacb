package dyndns

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A network that goes away leaves nothing to tell, and the Updater asleep: no time
// would pass here while it looked again and again.
func TestWaitsWithoutANetwork(t *testing.T) {
	tests := []struct {
		name string
		fail error // of the time before
		gone time.Duration
	}{
		{"after a failure", errors.New("no route to host"), time.Hour},
		{"after more than the name lasts", nil, 2 * forceInterval},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &provider{answer: "good", status: http.StatusOK, fail: test.fail}
				u := start(t, configFor(p))
				defer u.Close()
				u.Update(home4, netip.Addr{})
				time.Sleep(time.Minute)
				u.Update(netip.Addr{}, netip.Addr{})
				before := len(p.times())
				time.Sleep(test.gone)
				if got := len(p.times()) - before; got > 0 {
					t.Errorf("told %d times without an address", got)
				}
				p.say("good")
				u.Update(other4, netip.Addr{})
				time.Sleep(time.Minute)
				if s := u.Status(); s.State != StateCurrent || !slices.Equal(s.Addrs, []netip.Addr{other4}) {
					t.Errorf("with a network again: %+v", s)
				}
			})
		})
	}
}
