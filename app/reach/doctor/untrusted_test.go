package doctor

import (
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"takoshome/app/reach/doctor/echo"
)

// A partner that made its certificate itself, as hosts do, is not one that does not
// answer: its owner can do something about it.
func TestUntrustedPartner(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	trusting := x509.NewCertPool()
	trusting.AddCert(s.Certificate())
	for want, roots := range map[string]*x509.CertPool{"untrusted": x509.NewCertPool(), "noView": trusting} {
		t.Run(want, func(t *testing.T) {
			f := factsAtHome()
			f.Measure, f.Prover, f.Ports4 = true, &echo.Prover{}, []echo.Port{{Kind: echo.Web, Port: 8443}}
			f.Ports6 = f.Ports4
			f.Media.Open = func() (echo.ICE, func(), error) { return echo.ICE{}, func() {}, nil }
			f.Partners = []Partner{{Name: "b.example", Partner: echo.Partner{Base: s.URL, Roots: roots}}}
			e := &examination{facts: f, config: Config{Now: time.Now}}
			e.askOutside(t.Context())
			e.takeViews()
			uplink := want
			if want == "noView" {
				uplink = "failed"
			}
			for _, check := range []struct {
				got  Finding
				what string
			}{
				{f.judgeOutside(CheckOutside, echo.Web), want},
				{f.judgeOutside(CheckOutsideUDP, echo.UDP), want},
				{f.judgeOutside(CheckOutsideTCP, echo.TCP), want},
				{f.judgeUplink(), uplink},
			} {
				if got := check.got; got.State != Unknown || got.Key != "doctor."+string(got.Check)+"."+check.what {
					t.Errorf("got %+v, want %s", got, check.what)
				}
				wantSentences(t, check.got)
			}
			if want == "untrusted" && (len(f.untrusted) != 1 || f.judgeUplink().Args["who"] != "b.example") {
				t.Errorf("not trusted are %v", f.untrusted)
			}
		})
	}
}
