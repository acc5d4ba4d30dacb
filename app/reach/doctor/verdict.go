package doctor

import "takoshome/app/reach/doctor/echo"

// verdict is all findings in one word.
func (f *facts) verdict(findings []Finding) Verdict {
	is := func(check Check, state State) bool {
		for _, one := range findings {
			if one.Check == check {
				return one.State == state
			}
		}
		return false
	}
	isOpen := func(kind echo.Kind) bool { return f.isOpen(kind) }
	switch {
	case !f.IsLocal && !f.Online && len(f.Interfaces) == 0:
		return VerdictOffline
	case isOpen(echo.Web) && isOpen(echo.UDP) && is(CheckAnnounce, Pass):
		return VerdictOpen
	case isOpen(echo.Web) || isOpen(echo.UDP) || isOpen(echo.TCP):
		return VerdictPartly
	case !f.web.local.isOurs() || is(CheckMedia, Fail):
		return VerdictBroken
	case f.IsLocal:
		return VerdictLocal
	case f.isClosed():
		return VerdictClosed
	case is(CheckNAT, Fail), !f.Online:
		return VerdictHome
	case f.Router.State == RouterMapped || f.Router.State == RouterOff || f.hasOwn4() || len(f.public(true)) > 0:
		return VerdictUntested
	}
	return VerdictHome
}

// worst is the worst state among findings.
func worst(findings []Finding) State {
	order := map[State]int{Pass: 0, Unknown: 1, Warn: 2, Fail: 3}
	worst := Pass
	for _, f := range findings {
		if order[f.State] > order[worst] {
			worst = f.State
		}
	}
	return worst
}
