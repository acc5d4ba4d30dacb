package federation

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"takoshome/app/identity"
)

func TestParseAuthorization(t *testing.T) {
	sign := base64.StdEncoding.EncodeToString(make([]byte, identity.SignatureBytes))
	const expire = "2025-05-29T01:02:03.004Z"
	for _, test := range []struct {
		name, header string
		want         bool
	}{
		{"deployed", `Signature sign="` + sign + `",expire="` + expire + `",origin="a.example"`, true},
		{"documented", `X-Takos-Signature signature="` + sign + `", Expires="` + expire + `", origin="a.example"`, true},
		{"older documentation", `X-Takos-Signature sign="` + sign + `", Expires="` + expire + `", origin="a.example"`, true},
		{"any case and order", `SIGNATURE ORIGIN="a.example",Sign="` + sign + `",EXPIRE="` + expire + `"`, true},
		{"tabs", "Signature sign=\"" + sign + "\"\t,\texpire=\"" + expire + `",origin="a.example"`, true},
		{"something more", `Signature sign="` + sign + `",expire="` + expire + `",origin="a.example",keyid="1"`, true},
		{"another offset", `Signature sign="` + sign + `",expire="2025-05-29T10:02:03.004+09:00",origin="a.example"`, true},
		{"empty", ``, false},
		{"scheme alone", `Signature`, false},
		{"another scheme", `Bearer sign="` + sign + `",expire="` + expire + `",origin="a.example"`, false},
		{"no signature", `Signature expire="` + expire + `",origin="a.example"`, false},
		{"no end", `Signature sign="` + sign + `",origin="a.example"`, false},
		{"no origin", `Signature sign="` + sign + `",expire="` + expire + `"`, false},
		{"both spellings", `Signature sign="` + sign + `",signature="` + sign + `",expire="` + expire + `",origin="a.example"`, false},
		{"twice", `Signature sign="` + sign + `",expire="` + expire + `",origin="a.example",origin="b.example"`, false},
		{"twice in another case", `Signature sign="` + sign + `",expire="` + expire + `",origin="a.example",Origin="b.example"`, false},
		{"not closed", `Signature sign="` + sign + `",expire="` + expire + `",origin="a.example`, false},
		{"comma at the end", `Signature sign="` + sign + `",expire="` + expire + `",origin="a.example",`, false},
		{"no comma", `Signature sign="` + sign + `" expire="` + expire + `" origin="a.example"`, false},
		{"no quotes", `Signature sign=` + sign + `,expire=` + expire + `,origin=a.example`, false},
		{"short signature", `Signature sign="AAAA",expire="` + expire + `",origin="a.example"`, false},
		{"not base64", `Signature sign="` + strings.Repeat("*", len(sign)) + `",expire="` + expire + `",origin="a.example"`, false},
		{"not a time", `Signature sign="` + sign + `",expire="soon",origin="a.example"`, false},
		{"before all time", `Signature sign="` + sign + `",expire="0001-01-01T00:00:00.000Z",origin="a.example"`, false},
		{"microseconds", `Signature sign="` + sign + `",expire="2025-05-29T01:02:03.004001Z",origin="a.example"`, false},
		{"many parameters", `Signature sign="` + sign + `",expire="` + expire + `",origin="a.example"` + strings.Repeat(`,x="1"`, 9), false},
		{"huge", `Signature sign="` + sign + `",expire="` + expire + `",origin="` + strings.Repeat("a", 1<<16) + `"`, false},
	} {
		a, err := parseAuthorization(test.header)
		if (err == nil) != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
		if want := time.Date(2025, 5, 29, 1, 2, 3, 4e6, time.UTC); test.want && (a.origin != "a.example" || !a.expire.Equal(want) || len(a.signature) != 3309) {
			t.Errorf("%s: got %s, %v", test.name, a.origin, a.expire)
		}
	}
}

// The line that goes out is the deployed one to the letter, since the servers of
// April 2025 look for its parts with a pattern.
func TestFormatAuthorization(t *testing.T) {
	key := newPeer(t, "a.example").key
	key.Expire = time.Date(2025, 5, 29, 1, 2, 3, 4e6, time.FixedZone("", 9*3600))
	body := []byte(`{"x":1}`)
	got := formatAuthorization(key, "a.example", body)
	want := `Signature sign="` + base64.StdEncoding.EncodeToString(key.Sign(body)) + `",expire="2025-05-28T16:02:03.004Z",origin="a.example"`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	a, err := parseAuthorization(got)
	if err != nil || a.origin != "a.example" || !a.expire.Equal(key.Expire) || !identity.Verify(key.Public, body, a.signature) {
		t.Errorf("it is not understood here: %+v, %v", a.origin, err)
	}
}

func FuzzParseAuthorization(f *testing.F) {
	sign := base64.StdEncoding.EncodeToString(make([]byte, identity.SignatureBytes))
	f.Add(`Signature sign="` + sign + `",expire="2025-05-29T01:02:03.004Z",origin="a.example"`)
	f.Add(`X-Takos-Signature signature="` + sign + `", Expires="2025-05-29T01:02:03.004Z", origin="a.example"`)
	f.Add(`Signature a="",b=""`)
	f.Fuzz(func(t *testing.T, header string) {
		a, err := parseAuthorization(header)
		if err != nil {
			return
		}
		again, err := parseExpire(formatExpire(a.expire))
		if len(a.signature) != identity.SignatureBytes || err != nil || !again.Equal(a.expire) || strings.Contains(a.origin, `"`) {
			t.Errorf("%q: got %d bytes, %v, %q (%v)", header, len(a.signature), a.expire, a.origin, err)
		}
	})
}
