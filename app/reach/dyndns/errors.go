package dyndns

import (
	"errors"
	"net/http"
	"time"

	"takoshome/app/reach/records"
)

var (
	// ErrConfig means settings that cannot be used.
	ErrConfig = errors.New("the name cannot be kept up to date")

	errName    = errors.New("the provider does not know the name as yours")
	errAbuse   = errors.New("the provider has blocked the name or this program")
	errPaid    = errors.New("the provider wants to be paid for this")
	errTheirs  = errors.New("the provider has an error of its own")
	errStrange = errors.New("the provider's answer is none of dyndns2")
)

// Problem is why the name does not lead here, as a word that sentences are found by.
type Problem string

// Problems, and what helps.
const (
	ProblemNone        Problem = ""
	ProblemDenied      Problem = "denied"      // correct user and password, or token
	ProblemName        Problem = "name"        // correct the name; it must be one of the account's
	ProblemBlocked     Problem = "blocked"     // ask the provider
	ProblemPaid        Problem = "paid"        // another provider, or pay
	ProblemProvider    Problem = "provider"    // wait: it is the provider's
	ProblemUnreachable Problem = "unreachable" // wait, or correct the url
	ProblemStrange     Problem = "strange"     // correct the url
	ProblemHook        Problem = "hook"        // mend the program
)

func problemOf(err error) Problem {
	var refusal *records.StatusError
	switch {
	case err == nil:
		return ProblemNone
	case errors.Is(err, records.ErrDenied):
		return ProblemDenied
	case errors.Is(err, errName), errors.Is(err, records.ErrNoZone):
		return ProblemName
	case errors.Is(err, errAbuse):
		return ProblemBlocked
	case errors.Is(err, errPaid):
		return ProblemPaid
	case errors.Is(err, records.ErrHook):
		return ProblemHook
	case errors.Is(err, errTheirs), errors.Is(err, records.ErrRefused):
		if errors.As(err, &refusal) && refusal.Status < http.StatusInternalServerError && refusal.Status != http.StatusTooManyRequests {
			return ProblemStrange
		}
		return ProblemProvider
	case errors.Is(err, errStrange):
		return ProblemStrange
	}
	return ProblemUnreachable
}

// isFinal is what nothing but other settings can mend. Who goes on asking is
// blocked.
func (p Problem) isFinal() bool {
	switch p {
	case ProblemDenied, ProblemName, ProblemBlocked, ProblemPaid:
		return true
	}
	return false
}

// waitAfter grows with the failures. A provider in trouble wants half an hour.
func waitAfter(failures int, problem Problem) time.Duration {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}
	if problem == ProblemProvider || problem == ProblemStrange {
		steps = []time.Duration{31 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}
	}
	return steps[min(failures, len(steps))-1]
}
