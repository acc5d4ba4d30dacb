package ui

import (
	"time"

	"takoshome/app"
)

// Words of app.Outside, as docs/portmap.md and package address have them.
const (
	routerOff       = "off"
	routerWaiting   = "waiting"
	routerSearching = "searching"
	routerNone      = "no_router"
	routerFailed    = "failed"
	routerPartly    = "partly"
	routerMapped    = "mapped"

	sourceSettings  = "settings"
	sourceInterface = "interface"
)

// reachState is what is known of who can reach this host. It never claims more
// than was tried.
type reachState uint8

const (
	reachComputer reachState = iota // this computer alone
	reachOffline                    // no network
	reachLooking                    // the way out is being looked for
	reachHome                       // nothing leads here from outside
	reachProbably                   // nothing stands in the way, nobody has tried
	reachClosed                     // somebody outside tried, in vain
	reachPartly                     // somebody outside got in, but not everywhere
	reachTested                     // somebody outside got in
)

// reachOf judges what is known of a host that runs, at a moment.
func reachOf(s *app.Snapshot) reachState {
	o := s.Host.Outside
	switch {
	case s.Host.Reach == app.ReachComputer:
		return reachComputer
	case o != nil && !o.Online:
		return reachOffline
	}
	if r := s.Doctor; isFresh(r, o) {
		switch string(r.Verdict) {
		case verdictOpen:
			return reachTested
		case verdictPartly:
			return reachPartly
		case verdictClosed:
			return reachClosed
		}
	}
	switch {
	case o == nil && s.Host.Reach == app.ReachWorld, isPublic(s):
		return reachProbably
	case o == nil || o.CGNAT:
		return reachHome
	}
	switch string(o.Router.State) {
	case routerMapped, routerPartly:
		return reachProbably
	case routerSearching, routerWaiting:
		return reachLooking
	default:
		return reachHome
	}
}

// isFresh says whether an examination is of the way outside as it is now.
func isFresh(r *app.DoctorReport, o *app.Outside) bool {
	return r != nil && !r.Running && len(r.Asked) > 0 && (o == nil || r.At.After(o.ChangedAt))
}

// isPublic says whether an address of this computer, or one that the settings
// name, is in the internet without a router's help.
func isPublic(s *app.Snapshot) bool {
	switch o := s.Host.Outside; {
	case o == nil:
		return false
	case o.Named && s.Host.Reach == app.ReachWorld:
		return true
	}
	for _, p := range s.Host.Outside.Public {
		if source := p.Source; source == sourceSettings || source == sourceInterface && p.Addr.Is4() {
			return true
		}
	}
	return false
}

// reachWords say in a title and a sentence who can reach a host that runs.
func reachWords(s *app.Snapshot) (title, words string) {
	switch reachOf(s) {
	case reachComputer:
		return tr("host.computer.title"), tr("host.computer.sentence")
	case reachOffline:
		return tr("host.offline.title"), tr("host.offline.sentence")
	case reachLooking:
		return tr("host.looking.title"), tr("host.looking.sentence")
	case reachProbably:
		return tr("host.probably.title"), probablyWords(s)
	case reachClosed:
		return tr("host.closed.title"), tr("host.closed.sentence")
	case reachPartly:
		return tr("host.partly.title"), tr("host.partly.sentence")
	case reachTested:
		return tr("host.tested.title"), tr("host.tested.sentence")
	default:
		return tr("host.home.title"), homeWords(s.Host.Outside)
	}
}

// probablyWords say on what the hope is founded.
func probablyWords(s *app.Snapshot) string {
	o := s.Host.Outside
	switch {
	case o != nil && string(o.Router.State) == routerMapped && !o.CGNAT:
		return tr("host.probably.router")
	case o != nil && string(o.Router.State) == routerPartly && !o.CGNAT:
		return tr("host.probably.partly")
	case o != nil && o.Named:
		return tr("host.probably.named")
	default:
		return tr("host.probably.public")
	}
}

// homeWords say why nobody outside gets in.
func homeWords(o *app.Outside) string {
	switch {
	case o == nil:
		return tr("host.home.sentence")
	case o.CGNAT:
		return tr("host.home.cgnat")
	}
	switch string(o.Router.State) {
	case routerOff:
		return tr("host.home.off")
	case routerNone:
		return tr("host.home.noRouter")
	case routerFailed:
		return routerProblem(string(o.Router.Problem))
	default:
		return tr("host.home.sentence")
	}
}

// routerProblem is what the router has against it.
func routerProblem(problem string) string {
	switch problem {
	case "no_answer":
		return tr("host.home.noAnswer")
	case "refused":
		return tr("host.home.refused")
	case "taken":
		return tr("host.home.taken")
	case "full":
		return tr("host.home.full")
	case "not_kept":
		return tr("host.home.notKept")
	case "offline":
		return tr("host.home.routerOffline")
	default:
		return tr("host.home.invalid")
	}
}

// testedDetail is when the way in was tried from outside, and by whom.
func testedDetail(s *app.Snapshot, now time.Time) (detail, bool) {
	r := s.Doctor
	if !isFresh(r, s.Host.Outside) {
		return detail{}, false
	}
	switch reachOf(s) {
	case reachTested, reachPartly:
		return detail{"pass", examined(r, now), colorGood}, true
	case reachClosed:
		return detail{"fail", examined(r, now), colorBad}, true
	default:
		return detail{}, false
	}
}

// wantsDoctor says whether the page Doctor has more to say than the home page.
func wantsDoctor(s *app.Snapshot) bool {
	if s.Host.State != app.HostRunning {
		return false
	}
	switch reachOf(s) {
	case reachComputer, reachTested, reachLooking:
		return false
	default:
		return true
	}
}
