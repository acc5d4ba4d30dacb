package session

import "time"

// From where on a connection is no longer good, or bad.
const (
	weakLoss = 0.03
	badLoss  = 0.10
	weakRTT  = 300 * time.Millisecond
	badRTT   = 800 * time.Millisecond

	// With less than this for everything a picture is poor, or none.
	weakBps = 250_000
	badBps  = 120_000
)

// line is what is known of the way between this computer and the host.
type line struct {
	rtt    time.Duration
	upLoss float64 // 0 to 1
	// upBps is what the way there carries, 0: not known; it matters where a
	// picture is sent.
	upBps   int
	filming bool
	broken  bool // the way to the host is being made again
}

// friendLine is what is known of what comes from one friend.
type friendLine struct {
	known  bool // anything came or should have come
	loss   float64
	frozen bool // a picture stands still though it is sent
}

func (f friendLine) quality() Quality {
	switch {
	case !f.known:
		return QualityUnknown
	case f.frozen || f.loss >= badLoss:
		return QualityBad
	case f.loss >= weakLoss:
		return QualityWeak
	}
	return QualityGood
}

func (l line) quality() Quality {
	switch {
	case l.broken || l.upLoss >= badLoss || l.rtt >= badRTT || l.carriesLess(badBps):
		return QualityBad
	case l.upLoss >= weakLoss || l.rtt >= weakRTT || l.carriesLess(weakBps):
		return QualityWeak
	}
	return QualityGood
}

func (l line) carriesLess(bps int) bool { return l.filming && l.upBps > 0 && l.upBps < bps }

// rate says how good everybody's connection is, and whose side is at fault: what
// ails most friends at once, or the way to the host, is ours; then nothing is
// said of the friends that it ails. What ails one alone is theirs.
func rate(own line, friends []friendLine) (me Quality, theirs []Quality) {
	me = own.quality()
	theirs = make([]Quality, len(friends))
	known, ill, worst := 0, 0, QualityGood
	for i, f := range friends {
		theirs[i] = f.quality()
		switch theirs[i] {
		case QualityUnknown:
			continue
		case QualityWeak, QualityBad:
			ill++
			worst = worse(worst, theirs[i])
		}
		known++
	}
	if ill >= 2 && 2*ill > known {
		me = worse(me, worst)
	}
	for i := range theirs {
		if me != QualityGood && theirs[i] != QualityGood && rank(theirs[i]) <= rank(me) {
			theirs[i] = QualityUnknown
		}
	}
	return me, theirs
}

func worse(a, b Quality) Quality {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

func rank(q Quality) int {
	switch q {
	case QualityGood:
		return 1
	case QualityWeak:
		return 2
	case QualityBad:
		return 3
	}
	return 0
}
