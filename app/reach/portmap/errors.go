package portmap

import (
	"errors"

	"takoshome/app/reach/portmap/igd"
	"takoshome/app/reach/portmap/pcp"
)

// ErrConfig means a configuration that cannot be used.
var ErrConfig = errors.New("port mapping cannot be set up")

var (
	errGone    = errors.New("the router has lost the mapping")
	errRenew   = errors.New("only a renewal tells")
	errStolen  = errors.New("the router has given the port to another device")
	errTaken   = errors.New("all ports tried belong to others")
	errNotKept = errors.New("the router says yes and maps nothing")
	errNoWAN   = errors.New("the router has no address outside")
)

// Problem is why a port is not mapped, as a word that sentences are found by.
type Problem string

// Problems, and what helps.
const (
	ProblemNone     Problem = ""
	ProblemNoAnswer Problem = "no_answer" // switch UPnP or NAT-PMP on in the router, or forward the ports there
	ProblemRefused  Problem = "refused"   // the same; it is there, but not for this device
	ProblemTaken    Problem = "taken"     // choose other ports: another device has these
	ProblemFull     Problem = "full"      // restart the router, or remove old mappings
	ProblemNotKept  Problem = "not_kept"  // forward the ports in the router by hand
	ProblemOffline  Problem = "offline"   // the router itself is not connected
	ProblemInvalid  Problem = "invalid"   // the router answers nonsense: update or forward by hand
)

func problemOf(err error) Problem {
	var result pcp.Result
	switch {
	case err == nil:
		return ProblemNone
	case errors.Is(err, errTaken), errors.Is(err, errStolen), igd.HasCode(err, igd.CodeConflict):
		return ProblemTaken
	case errors.Is(err, errNotKept), errors.Is(err, errGone):
		return ProblemNotKept
	case errors.Is(err, errNoWAN):
		return ProblemOffline
	case errors.Is(err, igd.ErrMalformed):
		return ProblemInvalid
	case errors.As(err, &result):
		return problemOfResult(result)
	case igd.HasCode(err, igd.CodeNoPortsAvailable):
		return ProblemFull
	case isRefusal(err):
		return ProblemRefused
	default:
		return ProblemNoAnswer
	}
}

func problemOfResult(result pcp.Result) Problem {
	switch result {
	case pcp.NetworkFailure:
		return ProblemOffline
	case pcp.NoResources, pcp.UserExceededQuota:
		return ProblemFull
	case pcp.CannotProvideExternal:
		return ProblemTaken
	default:
		return ProblemRefused
	}
}

// isRefusal tells a router that says no from one that says nothing.
func isRefusal(err error) bool {
	var result pcp.Result
	var fault *igd.Fault
	return errors.As(err, &result) || errors.As(err, &fault)
}
