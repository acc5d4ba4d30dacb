package config

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestLoadTakesEveryKey(t *testing.T) {
	path := write(t, `
data_dir = "/srv/takos"
http = "127.0.0.1:0"
rtc = "[::1]:40000"
announce = ["203.0.113.7", "192.168.1.5"]
tls = "/etc/a.pem, /etc/b.pem"
public_url = "https://Home.Example:444/Calls/a/"
origins = ["https://takos.example", "tauri://localhost"]
trusted_proxies = ["127.0.0.1", "10.1.2.3/8"]
language = "ja"
hosting = false
[limits]
token_ttl = "90s"
invitation_ttl = "48h"
invitation_uses = 3
room_people = 100
sockets = 2000
sockets_per_address = 8
[federation]
domain = "A.example"
name = "alice"
ca_file = "/etc/ca.pem"
[federation.hosts]
"b.example" = "192.168.1.5:8443"
"C.example" = "[::ffff:10.0.0.1]:443"
[takos_call]
listen = "127.0.0.1:3000"
api_key = "tako"
[reach]
map_ports = false
stun = ["STUN.example", "192.0.2.1:19302", "[2001:db8::1]:443", "2001:db8::2"]
echo = "https://b.example"
answer_echo = false
[desktop]
keep_awake = false
[log]
file = "/var/log/../log/t.log"
level = "debug"
max_megabytes = 1
max_files = 2
[relay]
listen = "192.168.1.5:3479"
[acme]
names = ["Www.home.example"]
email = "me@home.example"
directory = "https://ca.example:14000/dir"
ca_file = "/etc/acme.pem"
challenges = ["http-01", "dns-01"]
http_listen = ":80"
dns_provider = "rfc2136"
dns = { server = "ns.home.example", key_name = "key.", key = "c2VjcmV0" }
dns_hook = ["/bin/hook", "a"]
[dyndns]
provider = "dyndns2"
url = "https://dyn.example/nic/update"
hostname = "home.example"
user = "me"
password = "secret"
hook = ["/bin/other"]
`)
	got, err := Load(path, Default("/elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		DataDir:        "/srv/takos",
		HTTP:           Listen{netip.MustParseAddrPort("127.0.0.1:0")},
		RTC:            Listen{netip.MustParseAddrPort("[::1]:40000")},
		Announce:       []netip.Addr{netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("192.168.1.5")},
		TLS:            TLS{Mode: TLSFiles, Cert: "/etc/a.pem", Key: "/etc/b.pem"},
		PublicURL:      "https://home.example:444/Calls/a",
		Origins:        []Origin{"https://takos.example", "tauri://localhost"},
		TrustedProxies: []Prefix{{netip.MustParsePrefix("127.0.0.1/32")}, {netip.MustParsePrefix("10.0.0.0/8")}},
		Language:       LanguageJapanese,
		Limits: Limits{
			TokenTTL: 90 * time.Second, InvitationTTL: 48 * time.Hour, InvitationUses: 3,
			RoomPeople: 100, Sockets: 2000, AddressSockets: 8,
		},
		Federation: Federation{Domain: "a.example", Name: "alice", CAFile: "/etc/ca.pem", Hosts: map[string]netip.AddrPort{
			"b.example": netip.MustParseAddrPort("192.168.1.5:8443"),
			"c.example": netip.MustParseAddrPort("10.0.0.1:443"),
		}},
		TakosCall: TakosCall{Listen: Listen{netip.MustParseAddrPort("127.0.0.1:3000")}, APIKey: "tako"},
		Reach: Reach{
			STUN: []StunServer{"stun.example:3478", "192.0.2.1:19302", "[2001:db8::1]:443", "[2001:db8::2]:3478"},
			Echo: "https://b.example",
		},
		Acme: Acme{
			Names: []Domain{"www.home.example"}, Email: "me@home.example",
			Directory: "https://ca.example:14000/dir", CAFile: "/etc/acme.pem",
			Challenges: []Challenge{"http-01", "dns-01"},
			HTTPListen: Listen{netip.MustParseAddrPort("[::]:80")}, Provider: "rfc2136",
			DNS:  map[string]string{"server": "ns.home.example", "key_name": "key.", "key": "c2VjcmV0"},
			Hook: []string{"/bin/hook", "a"},
		},
		Dyndns: Dyndns{
			Provider: "dyndns2", URL: "https://dyn.example/nic/update", Hostname: "home.example",
			User: "me", Password: "secret", Hook: []string{"/bin/other"},
		},
		Log:   Log{File: "/var/log/t.log", Level: LogDebug, MaxMegabytes: 1, MaxFiles: 2},
		Relay: Relay{Listen: RelayListen{netip.MustParseAddrPort("192.168.1.5:3479")}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestLoadNamesFileLineAndKey(t *testing.T) {
	tests := []struct {
		text, key string
		line      int
		reason    error // nil: the decoder's own words
	}{
		{"htpp = ':1'", "htpp", 1, ErrUnknownKey},
		{"\n[limits]\npeople = 3", "limits.people", 3, ErrUnknownKey},
		{"# a\n\nhttp = 'home'", "http", 3, ErrListen},
		{"http = ':99999'", "http", 1, ErrListen},
		{"http = 'home.example:80'", "http", 1, ErrListen},
		{"http = ':'", "http", 1, ErrListen},
		{"http = '192.168.1.5'", "http", 1, ErrListen},
		{"rtc = '::1:40000'", "rtc", 1, ErrListen},
		{"http = 8443", "http", 1, nil},
		{"announce = ['1.2.3.4', 'home']", "announce", 1, ErrIP},
		{"announce = ['0.0.0.0']", "announce", 1, ErrIP},
		{"announce = ['ff02::1']", "announce", 1, ErrIP},
		{"announce = ['fe80::1%eth0']", "announce", 1, ErrIP},
		{"announce = '1.2.3.4'", "announce", 1, nil},
		{"tls = 'on'", "tls", 1, ErrTLS},
		{"tls = 'a,'", "tls", 1, ErrTLS},
		{"tls = 'a,b,c'", "tls", 1, ErrTLS},
		{"public_url = 'home.example'", "public_url", 1, ErrURL},
		{"public_url = 'https://home.example/a b'", "public_url", 1, ErrURL},
		{"public_url = 'https://home.example/a//b'", "public_url", 1, ErrURL},
		{"public_url = 'https://home.example/../a'", "public_url", 1, ErrURL},
		{"public_url = 'https://home.example/%61'", "public_url", 1, ErrURL},
		{"public_url = 'https://home.example/a?b'", "public_url", 1, ErrURL},
		{"public_url = 'https://home.example/a#b'", "public_url", 1, ErrURL},
		{"public_url = '/a'", "public_url", 1, ErrURL},
		{"[acme]\nemail = 'me'", "acme.email", 2, ErrEmail},
		{"[acme]\nemail = 'Me <me@home.example>'", "acme.email", 2, ErrEmail},
		{"[acme]\ndirectory = 'http://ca.example/dir'", "acme.directory", 2, ErrURL},
		{"[acme]\nnames = ['*.home.example']", "acme.names", 2, ErrDomain},
		{"[acme]\nchallenges = ['dns']", "acme.challenges", 2, ErrChallenge},
		{"[acme]\nchallenges = ['dns-01']", "acme.challenges", 2, ErrNeedsProvider},
		{"[acme]\nchallenges = ['http-01']", "acme.challenges", 2, ErrNeedsListen},
		{"[acme]\ndns_provider = 'x'", "acme.dns_provider", 2, ErrDNSProvider},
		{"[acme]\ndns_provider = 'desec'", "acme.dns", 1, ErrDNSToken},
		{"[acme]\ndns_provider = 'rfc2136'\ndns = { server = 'a', key = 'b' }", "acme.dns", 3, ErrDNSServer},
		{"[acme]\ndns_provider = 'hook'", "acme.dns_hook", 1, ErrHook},
		{"[acme]\ndns_provider = 'rfc2136'\ndns = { server = 'a' }", "acme.dns", 3, ErrDNSServer},
		{"\n# a\ndyndns.provider = 'dyndns2'", "dyndns.url", 3, ErrNoUpdateURL},
		{"\ndyndns = { provider = 'dyndns2' }", "dyndns.url", 2, ErrNoUpdateURL},
		{"[dyndns]\nprovider = 'x'", "dyndns.provider", 2, ErrUpdateProvider},
		{"[dyndns]\nprovider = 'dyndns2'", "dyndns.url", 1, ErrNoUpdateURL},
		{"[dyndns]\nprovider = 'duckdns'", "dyndns.hostname", 1, ErrNoHostname},
		{"[dyndns]\nprovider = 'duckdns'\nhostname = 'a.duckdns.org'", "dyndns.password", 1, ErrNoPassword},
		{"[dyndns]\nprovider = 'hook'\nhostname = 'a.example'\nhook = []", "dyndns.hook", 4, ErrHook},
		{"public_url = 'https://me@home.example'", "public_url", 1, ErrURL},
		{"public_url = 'ftp://home.example'", "public_url", 1, ErrURL},
		{"public_url = 'https://'", "public_url", 1, ErrURL},
		{"public_url = 'https://home.example?'", "public_url", 1, ErrURL},
		{"origins = ['*']", "origins", 1, ErrOrigin},
		{"origins = ['https://*.example']", "origins", 1, ErrOrigin},
		{"origins = ['null']", "origins", 1, ErrOrigin},
		{"trusted_proxies = ['proxy']", "trusted_proxies", 1, ErrPrefix},
		{"language = 'fr'", "language", 1, ErrLanguage},
		{"hosting = 'yes'", "hosting", 1, nil},
		{"data_dir = ' '", "data_dir", 1, ErrEmptyPath},
		{"[limits]\n\ntoken_ttl = '60'", "limits.token_ttl", 3, ErrDuration},
		{"[limits]\ntoken_ttl = '0s'", "limits.token_ttl", 2, ErrDuration},
		{"[limits]\ninvitation_ttl = '721h'", "limits.invitation_ttl", 2, ErrDuration},
		{"[limits]\ninvitation_uses = 0", "limits.invitation_uses", 2, ErrUses},
		{"\nlimits.invitation_uses = 1001", "limits.invitation_uses", 2, ErrUses},
		{"\nlimits = {invitation_uses = -1}", "limits.invitation_uses", 2, ErrUses},
		{"[limits]\nroom_people = 0", "limits.room_people", 2, ErrPlaces},
		{"[limits]\nsockets = 10001", "limits.sockets", 2, ErrPlaces},
		{"limits.sockets_per_address = -1", "limits.sockets_per_address", 1, ErrPlaces},
		{"[log]\nfile = ''", "log.file", 2, ErrLogFile},
		{"[log]\nlevel = 'all'", "log.level", 2, ErrLogLevel},
		{"[log]\nmax_megabytes = 0", "log.max_megabytes", 2, ErrUses},
		{"[log]\nmax_files = 101", "log.max_files", 2, ErrLogFiles},
		{"[desktop]\nkeep_awake = 1", "desktop.keep_awake", 2, nil},
		{"[federation]\ndomain = 'a_b'", "federation.domain", 2, ErrDomain},
		{"[federation]\ndomain = 'a.example:443'", "federation.domain", 2, ErrDomain},
		{"federation.domain = '10.0.0.1'", "federation.domain", 1, ErrDomain},
		{"[federation]\nname = 'al'", "federation.name", 2, ErrName},
		{"[federation]\nname = 'alice@a.example'", "federation.name", 2, ErrName},
		{"[federation]\nca_file = ' '", "federation.ca_file", 2, ErrEmptyPath},
		{"[federation.hosts]\n'b.example' = 'home'", "federation.hosts", 2, ErrPeer},
		{"[federation.hosts]\n'b.example' = '10.0.0.1'", "federation.hosts", 2, ErrPeer},
		{"[federation.hosts]\n'b.example' = '0.0.0.0:443'", "federation.hosts", 2, ErrPeer},
		{"[federation]\nhosts = {'b example' = '10.0.0.1:443'}", "federation.hosts", 2, ErrPeer},
		{"[federation.hosts]\n'b.example' = 443", "federation.hosts.b.example", 2, nil},
		{"[takos_call]\nlisten = '3000'", "takos_call.listen", 2, ErrListen},
		{"[takos_call]\nlisten = ':3000'", "takos_call.api_key", 1, ErrNoAPIKey},
		{"[takos_call]\nlisten = ':3000'\napi_key = 'tako'", "takos_call.api_key", 3, ErrShortAPIKey},
		{"[takos_call]\nlisten = '127.0.0.1:3000'\napi_key = ''", "takos_call.api_key", 3, ErrNoAPIKey},
		{"[reach]\nmap_ports = 'yes'", "reach.map_ports", 2, nil},
		{"[reach]\nstun = 'stun.example'", "reach.stun", 2, nil},
		{"[reach]\nstun = ['stun.example:0']", "reach.stun", 2, ErrStunServer},
		{"[reach]\nstun = ['https://stun.example']", "reach.stun", 2, ErrStunServer},
		{"[reach]\nstun = ['0.0.0.0']", "reach.stun", 2, ErrStunServer},
		{"[reach]\nstun = ['']", "reach.stun", 2, ErrStunServer},
		{"[reach]\necho = 'b.example'", "reach.echo", 2, ErrURL},
		{"[reach]\necho = 'http://b.example'", "reach.echo", 2, ErrPlainEcho},
		{"[relay]\nlisten = 'on'", "relay.listen", 2, ErrRelay},
		{"[relay]\nlisten = ''", "relay.listen", 2, ErrRelay},
		{"language = 'ja'\nlanguage = 'en'", "language", 2, nil},
		{"hosting = true\nhttp = ", "", 2, nil},
		{"\x00", "", 1, nil},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			path := write(t, test.text)
			base := Default("/data")
			got, err := Load(path, base)
			var located *FileError
			if !errors.As(err, &located) {
				t.Fatalf("got error %v, want a FileError", err)
			}
			if located.Path != path || located.Line != test.line || located.Key != test.key {
				t.Errorf("got %s:%d: %q, want line %d, key %q", located.Path, located.Line, located.Key, test.line, test.key)
			}
			if test.reason != nil && !errors.Is(err, test.reason) {
				t.Errorf("got reason %v, want %v", err, test.reason)
			}
			if text := err.Error(); !strings.HasPrefix(text, path+":") || strings.ContainsAny(text, "\n") || strings.Contains(text, "struct") {
				t.Errorf("%q is no clear sentence", text)
			}
			if !reflect.DeepEqual(got, base) {
				t.Errorf("a broken file changed the settings to %+v", got)
			}
		})
	}
}

func TestKindsHaveTheirArticle(t *testing.T) {
	for text, want := range map[string]string{
		"http = 8443":     ": http: cannot be an integer",
		"hosting = []":    ": hosting: cannot be an array",
		"hosting = 'yes'": ": hosting: cannot be a string",
	} {
		if _, err := Load(write(t, text), Default("/data")); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v, want …%s", text, err, want)
		}
	}
}

// Off is off, and nobody is asked.
func TestLoadOff(t *testing.T) {
	got, err := Load(write(t, "reach.stun = []\nreach.map_ports = false\nrelay.listen = 'off'"), Default("/data"))
	if err != nil || len(got.Reach.STUN) > 0 || got.Reach.MapPorts || got.Relay.Listen.IsValid() {
		t.Errorf("got %+v, %+v, %v", got.Reach, got.Relay, err)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	base := Default("/data")
	got, err := Load(filepath.Join(t.TempDir(), "none.toml"), base)
	if err != nil || !reflect.DeepEqual(got, base) {
		t.Errorf("got %+v, %v, want the defaults", got, err)
	}
}

func TestLoadUnreadable(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(dir, Default("/data"))
	var located *FileError
	if !errors.As(err, &located) || located.Path != dir {
		t.Errorf("got %v, want a FileError that names the path", err)
	}
}

func TestCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "takoshome", "config.toml")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		wantMode(t, path, 0o600)
		wantMode(t, filepath.Dir(path), 0o700)
	}
	edited := []byte("hosting = false\n")
	if err := os.WriteFile(path, edited, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, edited) {
		t.Errorf("the second start wrote over the person's file: %q", got)
	}
}

// The comments in the file are the defaults, and every key is there.
func TestDefaultFileTellsTheDefaults(t *testing.T) {
	base := Default("/data")
	got, err := parse(defaultFile, base)
	if err != nil || !reflect.DeepEqual(got, base) {
		t.Fatalf("got %+v, %v, want the defaults", got, err)
	}
	assignment := regexp.MustCompile(`(?m)^# ([a-z_]+ = )`)
	uncommented := assignment.ReplaceAll(defaultFile, []byte("$1"))
	got, err = parse(uncommented, Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := Default("/home/me/takoshome")
	want.Announce, want.Origins, want.TrustedProxies = []netip.Addr{}, []Origin{}, []Prefix{}
	want.Federation.Hosts = map[string]netip.AddrPort{}
	want.Acme.Names, want.Acme.Challenges = []Domain{}, []Challenge{}
	want.Acme.DNS, want.Acme.Hook, want.Dyndns.Hook = map[string]string{}, []string{}, []string{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the commented values are\n%+v, want\n%+v", got, want)
	}
	for _, s := range (&file{}).settings(&Config{}) {
		_, name, _ := cutLast(s.key, ".")
		if name == "" {
			name = s.key
		}
		if !bytes.Contains(defaultFile, []byte("# "+name+" = ")) {
			t.Errorf("default.toml does not show %s", s.key)
		}
	}
}

func TestDefaultDataDir(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", filepath.FromSlash("/x/data"))
	if got, err := DefaultDataDir(); runtime.GOOS != "windows" && (err != nil || got != "/x/data/takoshome") {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(defaultFile)
	f.Add([]byte("http = ':1'\n[limits]\ntoken_ttl = 'x'"))
	f.Add([]byte("limits.\"token_ttl\" = '1s'"))
	f.Fuzz(func(t *testing.T, text []byte) {
		base := Default("/data")
		if _, err := parse(text, base); err != nil {
			var located *FileError
			if !errors.As(err, &located) {
				t.Fatalf("%v is no FileError", err)
			}
		}
	})
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %o, want %o", path, got, want)
	}
}
