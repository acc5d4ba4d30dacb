package acme

import (
	"context"
	"errors"
	"regexp"
	"time"

	protocol "github.com/mholt/acmez/v3/acme"
)

var (
	// ErrConfig means settings that cannot be used.
	ErrConfig = errors.New("certificates cannot be asked for")

	errNoChallenge = errors.New("no handshake of an authority is expected for this name")
	errRecords     = errors.New("the record could not be set")
	errStore       = errors.New("the certificate could not be kept")
	errTooLong     = errors.New("the authority's answer is too long")
)

// Problem is why a name has no certificate, or no newer one, as a word that
// sentences are found by.
type Problem string

// Problems, and what helps.
const (
	ProblemNone        Problem = ""
	ProblemServer      Problem = "server"       // the authority cannot be reached, or is out of order: wait
	ProblemRateLimited Problem = "rate_limited" // wait
	ProblemDNS         Problem = "dns"          // the name leads nowhere: set its address
	ProblemUnreachable Problem = "unreachable"  // port 443 or 80 does not get here: forward it
	ProblemElsewhere   Problem = "elsewhere"    // somebody else answers under the name
	ProblemRecord      Problem = "record"       // the authority did not see the record
	ProblemProvider    Problem = "provider"     // the DNS provider or the hook refused
	ProblemCAA         Problem = "caa"          // the zone names another authority
	ProblemRejected    Problem = "rejected"     // the authority gives nobody this name
	ProblemAccount     Problem = "account"      // the authority wants more than an address for mail
	ProblemStore       Problem = "store"        // the data folder cannot be written
	ProblemOther       Problem = "other"
)

// problemOf finds the word for what went wrong with a name by a challenge.
func problemOf(err error, challenge string) Problem {
	var said protocol.Problem
	switch {
	case err == nil:
		return ProblemNone
	case errors.Is(err, errRecords):
		return ProblemProvider
	case errors.Is(err, errStore):
		return ProblemStore
	case errors.As(err, &said):
		return problemOfType(mainType(said), challenge)
	case errors.Is(err, context.Canceled):
		return ProblemNone
	}
	return ProblemServer
}

// mainType looks into what is said of several names.
func mainType(said protocol.Problem) string {
	if said.Type == protocol.ProblemTypeCompound && len(said.Subproblems) > 0 {
		return said.Subproblems[0].Type
	}
	return said.Type
}

func problemOfType(kind, challenge string) Problem {
	isRecord := challenge == DNS01
	switch kind {
	case protocol.ProblemTypeRateLimited:
		return ProblemRateLimited
	case protocol.ProblemTypeDNS:
		if isRecord {
			return ProblemRecord
		}
		return ProblemDNS
	case protocol.ProblemTypeConnection, protocol.ProblemTypeTLS:
		return ProblemUnreachable
	case protocol.ProblemTypeUnauthorized, protocol.ProblemTypeIncorrectResponse:
		if isRecord {
			return ProblemRecord
		}
		return ProblemElsewhere
	case protocol.ProblemTypeCAA:
		return ProblemCAA
	case protocol.ProblemTypeRejectedIdentifier, protocol.ProblemTypeUnsupportedIdentifier:
		return ProblemRejected
	case protocol.ProblemTypeExternalAccountRequired, protocol.ProblemTypeUserActionRequired,
		protocol.ProblemTypeInvalidContact, protocol.ProblemTypeUnsupportedContact:
		return ProblemAccount
	case protocol.ProblemTypeServerInternal, protocol.ProblemTypeBadNonce:
		return ProblemServer
	}
	return ProblemOther
}

const maxDetailBytes = 300

// detailOf is what the authority says in its own words, for those who want more
// than ours; it is from outside, and shortened.
func detailOf(err error) string {
	var said protocol.Problem
	text := ""
	switch {
	case err == nil:
		return ""
	case errors.As(err, &said) && len(said.Subproblems) > 0 && said.Detail == "":
		text = said.Subproblems[0].Detail
	case errors.As(err, &said):
		text = said.Detail
	default:
		text = err.Error()
	}
	return plain(text)
}

// plain leaves out what could play tricks on a terminal.
func plain(text string) string {
	clean := make([]rune, 0, maxDetailBytes)
	for _, r := range text {
		if len(clean) == maxDetailBytes {
			break
		}
		if r < ' ' || r == 0x7F || (r >= 0x80 && r < 0xA0) {
			r = ' '
		}
		clean = append(clean, r)
	}
	return string(clean)
}

var retryAfter = regexp.MustCompile(`retry after (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)`)

// retryTime is what an authority that refuses for now says of when to come again
// (Let's Encrypt writes it into the sentence); zero where it says nothing.
func retryTime(err error) time.Time {
	var said protocol.Problem
	if !errors.As(err, &said) {
		return time.Time{}
	}
	found := retryAfter.FindStringSubmatch(said.Detail)
	if found == nil {
		return time.Time{}
	}
	at, err := time.Parse(time.DateTime, found[1]+" "+found[2])
	if err != nil {
		return time.Time{}
	}
	return at
}
