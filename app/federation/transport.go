package federation

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

const (
	httpsPort        = 443
	dialTimeout      = 4 * time.Second
	handshakeTimeout = 4 * time.Second
	idleTimeout      = 30 * time.Second
	maxHeaderBytes   = 16 << 10
	maxAnswerBytes   = 16 << 10
	maxIdle          = 32
	maxConnsPerHost  = 8
)

// Dialer connects to other servers the way events do: to where hosts says that a
// domain is, and to public addresses alone otherwise. The socket of a call that
// another server names is opened by it.
func Dialer(hosts Hosts) (func(ctx context.Context, network, address string) (net.Conn, error), error) {
	known, err := hosts.clone()
	if err != nil {
		return nil, err
	}
	return newDialer(known, nil).dial, nil
}

// Roots gives the system's certificate authorities and those of a PEM file; nil,
// which is the system's, without a file.
func Roots(caFile string) (*x509.CertPool, error) { return rootsWith(caFile) }

// dialer connects to other servers. What it is told comes from strangers.
type dialer struct {
	hosts  Hosts
	public net.Dialer // to public addresses alone
	plain  net.Dialer // to those of hosts
}

func newDialer(hosts Hosts, resolver *net.Resolver) *dialer {
	return &dialer{
		hosts:  hosts,
		public: net.Dialer{Timeout: dialTimeout, Resolver: resolver, Control: controlPublic},
		plain:  net.Dialer{Timeout: dialTimeout},
	}
}

// dial goes to where the configuration says that a host is, or to where DNS says.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if to, named := d.hosts[host]; named {
		return d.plain.DialContext(ctx, network, to.String())
	}
	return d.public.DialContext(ctx, network, address)
}

// newTransport is for HTTPS to other servers: no proxy of the environment, which
// would connect in our place, no compression, which grows, and HTTP/1.1 alone,
// since single small questions gain nothing by more.
func newTransport(d *dialer, roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		DialContext:            d.dial,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    handshakeTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    2,
		MaxConnsPerHost:        maxConnsPerHost,
		IdleConnTimeout:        idleTimeout,
		DisableCompression:     true,
	}
}

func newClient(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// rootsWith gives the system's certificate authorities and those of a PEM file;
// nil, which is the system's, without one.
func rootsWith(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read certificate authorities: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: %w", path, errNoCA)
	}
	return roots, nil
}
