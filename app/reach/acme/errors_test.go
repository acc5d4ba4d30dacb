package acme

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	protocol "github.com/mholt/acmez/v3/acme"
)

func TestProblems(t *testing.T) {
	tests := []struct {
		kind, challenge string
		want            Problem
	}{
		{protocol.ProblemTypeRateLimited, "", ProblemRateLimited},
		{protocol.ProblemTypeDNS, TLSALPN01, ProblemDNS},
		{protocol.ProblemTypeDNS, DNS01, ProblemRecord},
		{protocol.ProblemTypeConnection, TLSALPN01, ProblemUnreachable},
		{protocol.ProblemTypeTLS, TLSALPN01, ProblemUnreachable},
		{protocol.ProblemTypeUnauthorized, HTTP01, ProblemElsewhere},
		{protocol.ProblemTypeUnauthorized, DNS01, ProblemRecord},
		{protocol.ProblemTypeCAA, "", ProblemCAA},
		{protocol.ProblemTypeRejectedIdentifier, "", ProblemRejected},
		{protocol.ProblemTypeExternalAccountRequired, "", ProblemAccount},
		{protocol.ProblemTypeInvalidContact, "", ProblemAccount},
		{protocol.ProblemTypeServerInternal, "", ProblemServer},
		{protocol.ProblemTypeMalformed, "", ProblemOther},
		{"", "", ProblemOther},
	}
	for _, test := range tests {
		said := protocol.Problem{Type: test.kind, Resource: protocol.Authorization{
			Challenges: []protocol.Challenge{{Type: "other"}, {Type: test.challenge, Status: protocol.StatusInvalid}},
		}}
		err := fmt.Errorf("wrapped: %w", said)
		if got := problemOf(err, challengeOf(err)); got != test.want {
			t.Errorf("%s by %s: got %q, want %q", test.kind, test.challenge, got, test.want)
		}
		several := protocol.Problem{Type: protocol.ProblemTypeCompound, Subproblems: []protocol.Subproblem{{Problem: said}}}
		if got := problemOf(several, test.challenge); got != test.want {
			t.Errorf("%s among several: got %q, want %q", test.kind, got, test.want)
		}
	}
	if got := problemOf(errors.New("no route to host"), ""); got != ProblemServer {
		t.Errorf("got %q", got)
	}
}

func TestDetailIsPlain(t *testing.T) {
	said := protocol.Problem{Detail: "\x1b[2J" + strings.Repeat("長", 1000) + "\n"}
	got := detailOf(said)
	if strings.ContainsAny(got, "\x1b\n") || len([]rune(got)) != maxDetailBytes {
		t.Errorf("got %q", got)
	}
}

func TestRetryTime(t *testing.T) {
	want := time.Date(2026, 12, 1, 10, 20, 30, 0, time.UTC)
	for detail, want := range map[string]time.Time{
		"too many certificates (5) already issued, retry after 2026-12-01 10:20:30 UTC: see https://": want,
		"retry after 2026-12-01T10:20:30Z": want,
		"retry after 2026-99-01 10:20:30":  {},
		"retry after lunch":                {},
		"":                                 {},
	} {
		if got := retryTime(protocol.Problem{Detail: detail}); !got.Equal(want) {
			t.Errorf("%q: got %v, want %v", detail, got, want)
		}
	}
}

func problemFor(kind, detail string) error {
	return protocol.Problem{Type: kind, Detail: detail}
}
