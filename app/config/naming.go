package config

import (
	"net/mail"
	"slices"
	"strings"
)

// Acme is how certificates are asked for, where TLS says so.
type Acme struct {
	// Names are those to have certificates for besides the one of PublicURL, the
	// domain and the dynamic name.
	Names     []Domain
	Email     Email  // told to the authority; empty: none
	Directory URL    // the authority's; empty: Let's Encrypt
	CAFile    string // who vouches for the directory besides the system's; empty: nobody
	// Challenges are those that may be used; empty: what fits the rest.
	Challenges []Challenge
	HTTPListen Listen      // where port 80 arrives; invalid: nowhere
	Provider   DNSProvider // who sets records for dns-01; empty: nobody
	// DNS are the provider's own settings, some of them secret.
	DNS  map[string]string
	Hook []string // the program with its arguments, for the provider "hook"
}

// Dyndns keeps a name's addresses up to date.
type Dyndns struct {
	Provider UpdateProvider // empty: off
	URL      URL            // of a server that speaks dyndns2
	Hostname Domain
	User     string
	Password string // secret; a token for some
	Hook     []string
}

// Email is an address for mail, "" for none.
type Email string

// UnmarshalText reads a plain address.
func (e *Email) UnmarshalText(text []byte) error {
	if len(text) > 0 {
		parsed, err := mail.ParseAddress(string(text))
		if err != nil || parsed.Address != string(text) {
			return ErrEmail
		}
	}
	*e = Email(text)
	return nil
}

// Challenge is a way to prove a name to an authority.
type Challenge string

// UnmarshalText reads the name that RFC 8555 or RFC 8737 gives it.
func (c *Challenge) UnmarshalText(text []byte) error {
	if !slices.Contains([]string{"tls-alpn-01", "http-01", "dns-01"}, string(text)) {
		return ErrChallenge
	}
	*c = Challenge(text)
	return nil
}

// providerHook is the provider that is a program of the owner's.
const providerHook = "hook"

// DNSProvider is who keeps a zone, "" for nobody.
type DNSProvider string

// UnmarshalText reads one of the providers.
func (p *DNSProvider) UnmarshalText(text []byte) error {
	known := []string{"", "cloudflare", "desec", "digitalocean", "duckdns", "gandi", "rfc2136", providerHook}
	if !slices.Contains(known, string(text)) {
		return ErrDNSProvider
	}
	*p = DNSProvider(text)
	return nil
}

// UpdateProvider is who is told new addresses, "" for nobody.
type UpdateProvider string

// UnmarshalText reads one of the providers.
func (p *UpdateProvider) UnmarshalText(text []byte) error {
	if !slices.Contains([]string{"", "dyndns2", "duckdns", "cloudflare", providerHook}, string(text)) {
		return ErrUpdateProvider
	}
	*p = UpdateProvider(text)
	return nil
}

// acmeFile and dyndnsFile are the sections as they are spelt.
type acmeFile struct {
	Names       *[]string          `toml:"names"`
	Email       *string            `toml:"email"`
	Directory   *string            `toml:"directory"`
	CAFile      *string            `toml:"ca_file"`
	Challenges  *[]string          `toml:"challenges"`
	HTTPListen  *string            `toml:"http_listen"`
	DNSProvider *string            `toml:"dns_provider"`
	DNS         *map[string]string `toml:"dns"`
	DNSHook     *[]string          `toml:"dns_hook"`
}

type dyndnsFile struct {
	Provider *string   `toml:"provider"`
	URL      *string   `toml:"url"`
	Hostname *string   `toml:"hostname"`
	User     *string   `toml:"user"`
	Password *string   `toml:"password"`
	Hook     *[]string `toml:"hook"`
}

// settings ends with what needs several keys together.
func (f *acmeFile) settings(c *Acme) []setting {
	return []setting{
		{"acme.names", func() error { return setList(f.Names, &c.Names) }},
		{"acme.email", func() error { return setText(f.Email, &c.Email) }},
		{"acme.directory", func() error { return setDirectory(f.Directory, &c.Directory) }},
		{"acme.ca_file", func() error { return setFile(f.CAFile, &c.CAFile) }},
		{"acme.http_listen", func() error { return setListener(f.HTTPListen, &c.HTTPListen) }},
		{"acme.dns_provider", func() error { return setText(f.DNSProvider, &c.Provider) }},
		{"acme.dns", func() error { return setProviderSettings(f.DNS, c) }},
		{"acme.dns_hook", func() error { return setHook(f.DNSHook, &c.Hook, c.Provider == providerHook) }},
		{"acme.challenges", func() error {
			if err := setList(f.Challenges, &c.Challenges); err != nil {
				return err
			}
			return c.checkChallenges()
		}},
	}
}

func (c *Acme) checkChallenges() error {
	switch {
	case slices.Contains(c.Challenges, "dns-01") && c.Provider == "":
		return ErrNeedsProvider
	case slices.Contains(c.Challenges, "http-01") && !c.HTTPListen.IsValid():
		return ErrNeedsListen
	}
	return nil
}

// setDirectory takes an authority that is spoken to in private alone.
func setDirectory(from *string, to *URL) error {
	if from != nil && *from != "" && !strings.HasPrefix(*from, "https://") {
		return ErrURL
	}
	return setText(from, to)
}

func setProviderSettings(from *map[string]string, c *Acme) error {
	if from != nil {
		c.DNS = *from
	}
	switch c.Provider {
	case "", providerHook:
	case "rfc2136":
		// Without a key anybody could change the zone, who can pretend to be here.
		if c.DNS["server"] == "" || c.DNS["key"] == "" || c.DNS["key_name"] == "" {
			return ErrDNSServer
		}
	default:
		if c.DNS["token"] == "" {
			return ErrDNSToken
		}
	}
	return nil
}

func setHook(from *[]string, to *[]string, needed bool) error {
	if from != nil {
		*to = *from
	}
	if needed && (len(*to) == 0 || (*to)[0] == "") {
		return ErrHook
	}
	return nil
}

// settings ends with what needs several keys together.
func (f *dyndnsFile) settings(c *Dyndns) []setting {
	return []setting{
		{"dyndns.provider", func() error { return setText(f.Provider, &c.Provider) }},
		{"dyndns.url", func() error {
			if err := setText(f.URL, &c.URL); err != nil {
				return err
			}
			return c.check(c.Provider == "dyndns2" && c.URL == "", ErrNoUpdateURL)
		}},
		{"dyndns.hostname", func() error {
			if err := setText(f.Hostname, &c.Hostname); err != nil {
				return err
			}
			return c.check(c.Hostname == "", ErrNoHostname)
		}},
		{"dyndns.user", func() error { return setString(f.User, &c.User) }},
		{"dyndns.password", func() error {
			_ = setString(f.Password, &c.Password) // it never fails
			return c.check(c.Provider != providerHook && c.Password == "", ErrNoPassword)
		}},
		{"dyndns.hook", func() error { return setHook(f.Hook, &c.Hook, c.Provider == providerHook) }},
	}
}

// check is without force while nobody is to be told anything.
func (c *Dyndns) check(isWrong bool, err error) error {
	if c.Provider != "" && isWrong {
		return err
	}
	return nil
}

func setString(from, to *string) error {
	if from != nil {
		*to = *from
	}
	return nil
}
