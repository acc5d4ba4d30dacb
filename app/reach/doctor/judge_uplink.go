package doctor

import (
	"strconv"
	"strings"
)

const (
	// streamBps is one person's pictures and sound to one other: 500 kbit/s of
	// video, 50 of sound, and the headers.
	streamBps = 600_000
	// usable is the part of an uplink that calls may take.
	usableParts, parts = 4, 5

	mostPeople   = 64
	enoughPeople = 4
)

// peopleFor is how many people with video an uplink carries, the owner among them:
// with n of them this host sends each of the n-1 others the pictures of n-1.
func peopleFor(bps uint64) int {
	people := 1
	for people < mostPeople && uint64(people*people)*streamBps <= bps/parts*usableParts {
		people++
	}
	return people
}

func (f *facts) judgeUplink() Finding {
	u := f.uplink
	people := peopleFor(u.bps)
	pairs := []string{"mbit", strconv.FormatFloat(float64(u.bps)/1e6, 'f', 1, 64), "people", strconv.Itoa(people)}
	switch {
	case !f.Measure:
		return found(CheckUplink, Unknown, "unmeasured")
	case f.isDistrusting():
		return found(CheckUplink, Unknown, "untrusted", "who", strings.Join(f.untrusted, ", "))
	case !u.tried || u.err != nil || u.bps == 0:
		return found(CheckUplink, Unknown, "failed")
	case people < 2:
		return found(CheckUplink, Warn, "voice", pairs...)
	case people < enoughPeople:
		return found(CheckUplink, Warn, "small", pairs...)
	}
	return found(CheckUplink, Pass, "ok", pairs...)
}
