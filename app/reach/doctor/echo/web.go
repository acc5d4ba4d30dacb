package echo

import (
	"context"
	"crypto/hmac"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
)

// maxProofBytes is more than a proof has.
const maxProofBytes = 256

// Seen is what a web port answered with.
type Seen struct {
	// Certificates are those that it showed, its own first; none over plain HTTP.
	Certificates []*x509.Certificate
	Status       int
	// Proven says that whoever knows the token has answered.
	Proven bool
}

// tryWeb asks a web port to prove that it is who asked.
func tryWeb(ctx context.Context, to netip.AddrPort, p Port, token string) error {
	seen, err := Knock(ctx, to, p, token)
	if err == nil && !seen.Proven {
		err = errNoProof
	}
	return err
}

// Knock asks a web port for a proof. Which certificate it shows is told, and makes
// no difference; an error means that nothing speaks HTTP there.
func Knock(ctx context.Context, to netip.AddrPort, p Port, token string) (Seen, error) {
	var seen Seen
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", to.String())
		},
		TLSClientConfig: &tls.Config{
			InsecureSkipVerify: true, //nolint:gosec // The proof tells who it is.
			ServerName:         p.Name,
			MinVersion:         tls.VersionTLS12,
		},
		MaxResponseHeaderBytes: maxAnswerBytes,
		DisableKeepAlives:      true,
		DisableCompression:     true,
	}
	nonce := random(nonceBytes)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base(to)+p.Folder+Path+"/"+nonce, http.NoBody)
	if err != nil {
		return seen, err
	}
	response, err := transport.RoundTrip(request) // follows no redirects
	if err != nil {
		return seen, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.TLS != nil {
		seen.Certificates = response.TLS.PeerCertificates
	}
	seen.Status = response.StatusCode
	body, err := io.ReadAll(io.LimitReader(response.Body, maxProofBytes))
	seen.Proven = err == nil && response.StatusCode == http.StatusOK && hmac.Equal(body, []byte(proof(token, nonce)))
	return seen, nil
}

// base is what the port calls itself, by its address where it has no name.
func (p Port) base(to netip.AddrPort) string {
	scheme, usual := "http://", uint16(80)
	if p.TLS {
		scheme, usual = "https://", 443
	}
	host := p.Name
	if host == "" {
		host = to.Addr().String()
	}
	if p.Port == usual {
		if to.Addr().Is6() && p.Name == "" {
			host = "[" + host + "]"
		}
		return scheme + host
	}
	return scheme + net.JoinHostPort(host, strconv.Itoa(int(p.Port)))
}
