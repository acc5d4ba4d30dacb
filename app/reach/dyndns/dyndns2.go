package dyndns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"takoshome/app/reach/records"
)

// maxAnswerBytes is more than a line for one name.
const maxAnswerBytes = 4 << 10

// dyndns2 is the protocol of members.dyndns.org, as
// https://help.dyn.com/remote-access-api/perform-update/ has it: a GET with name
// and addresses, answered by a word.
type dyndns2 struct {
	client         *http.Client
	base           *url.URL
	user, password string
}

// SetAddresses tells both addresses at once, which providers take in this form.
func (d *dyndns2) SetAddresses(ctx context.Context, name string, v4, v6 netip.Addr) error {
	var addrs []string
	for _, a := range []netip.Addr{v4, v6} {
		if a.IsValid() {
			addrs = append(addrs, a.String())
		}
	}
	target := *d.base
	query := target.Query()
	query.Set("hostname", name)
	query.Set("myip", strings.Join(addrs, ","))
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return errStrange
	}
	request.SetBasicAuth(d.user, d.password)
	request.Header.Set("User-Agent", "TakosHome - Takos Home - 1") // program and version, as the protocol asks
	response, err := d.client.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			return wrapped.Err // without the address
		}
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return meaningOf(response.StatusCode, string(text))
}

// meaningOf reads the first word of the answer.
func meaningOf(status int, text string) error {
	words := strings.Fields(text)
	word := ""
	if len(words) > 0 {
		word = strings.ToLower(words[0])
	}
	switch word {
	case "good", "nochg":
		return nil
	case "badauth":
		return records.ErrDenied
	case "nohost", "notfqdn", "numhost", "!yours":
		return errName
	case "abuse", "badagent":
		return errAbuse
	case "!donator":
		return errPaid
	case "911", "dnserr":
		return errTheirs
	}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return records.ErrDenied
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return errTheirs
	}
	return errStrange
}
