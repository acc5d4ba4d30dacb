package config

import (
	"bytes"
	_ "embed" // the file made at the first start
	"encoding"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

//go:embed default.toml
var defaultFile []byte

// file is the settings file as it is spelt, before values are understood.
// nil is a key that is not there.
type file struct {
	DataDir        *string   `toml:"data_dir"`
	HTTP           *string   `toml:"http"`
	RTC            *string   `toml:"rtc"`
	Announce       *[]string `toml:"announce"`
	TLS            *string   `toml:"tls"`
	PublicURL      *string   `toml:"public_url"`
	Origins        *[]string `toml:"origins"`
	TrustedProxies *[]string `toml:"trusted_proxies"`
	Language       *string   `toml:"language"`
	Hosting        *bool     `toml:"hosting"`
	Limits         struct {
		TokenTTL       *string `toml:"token_ttl"`
		InvitationTTL  *string `toml:"invitation_ttl"`
		InvitationUses *int    `toml:"invitation_uses"`
		RoomPeople     *int    `toml:"room_people"`
		Sockets        *int    `toml:"sockets"`
		AddressSockets *int    `toml:"sockets_per_address"`
	} `toml:"limits"`
	Federation struct {
		Domain *string            `toml:"domain"`
		Name   *string            `toml:"name"`
		CAFile *string            `toml:"ca_file"`
		Hosts  *map[string]string `toml:"hosts"`
	} `toml:"federation"`
	TakosCall struct {
		Listen *string `toml:"listen"`
		APIKey *string `toml:"api_key"`
	} `toml:"takos_call"`
	Acme   acmeFile   `toml:"acme"`
	Dyndns dyndnsFile `toml:"dyndns"`
	Reach  struct {
		MapPorts *bool     `toml:"map_ports"`
		STUN     *[]string `toml:"stun"`
		Echo     *string   `toml:"echo"`

		AnswerEcho *bool `toml:"answer_echo"`
	} `toml:"reach"`
	Log struct {
		File         *string `toml:"file"`
		Level        *string `toml:"level"`
		MaxMegabytes *int    `toml:"max_megabytes"`
		MaxFiles     *int    `toml:"max_files"`
	} `toml:"log"`
	Desktop struct {
		KeepAwake *bool `toml:"keep_awake"`
	} `toml:"desktop"`
	Relay struct {
		Listen *string `toml:"listen"`
	} `toml:"relay"`
}

// Load reads the settings file at path over the settings in base. A file that
// is not there changes nothing. Every error is a *FileError.
func Load(path string, base Config) (Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return base, nil
	}
	if err != nil {
		return base, &FileError{Path: path, Err: errors.Unwrap(err)}
	}
	config, err := parse(text, base)
	var located *FileError
	if errors.As(err, &located) {
		located.Path = path
		return base, located
	}
	return config, nil
}

// Create makes the settings file with commented defaults where there is none,
// readable to its owner alone.
func Create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make settings folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make settings file: %w", err)
	}
	_, err = f.Write(defaultFile)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("make settings file: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}

// parse gives a *FileError without a path where text is wrong.
func parse(text []byte, base Config) (Config, error) {
	var read file
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&read); err != nil {
		return base, locate(err)
	}
	config := base
	for _, s := range read.settings(&config) {
		if err := s.apply(); err != nil {
			return base, &FileError{Line: lineOf(text, s.key), Key: s.key, Err: err}
		}
	}
	return config, nil
}

type setting struct {
	key   string
	apply func() error
}

// settings says how each key of the file is understood and where it goes.
func (f *file) settings(c *Config) []setting {
	return slices.Concat(f.ownSettings(c), f.Acme.settings(&c.Acme), f.Dyndns.settings(&c.Dyndns))
}

func (f *file) ownSettings(c *Config) []setting {
	return []setting{
		{"data_dir", func() error { return setPath(f.DataDir, &c.DataDir) }},
		{"http", func() error { return setText(f.HTTP, &c.HTTP) }},
		{"rtc", func() error { return setText(f.RTC, &c.RTC) }},
		{"announce", func() error { return setAddrs(f.Announce, &c.Announce) }},
		{"tls", func() error { return setText(f.TLS, &c.TLS) }},
		{"public_url", func() error { return setText(f.PublicURL, &c.PublicURL) }},
		{"origins", func() error { return setList(f.Origins, &c.Origins) }},
		{"trusted_proxies", func() error { return setList(f.TrustedProxies, &c.TrustedProxies) }},
		{"language", func() error { return setText(f.Language, &c.Language) }},
		{"hosting", func() error { return setBool(f.Hosting, &c.Hosting) }},
		{"limits.token_ttl", func() error { return setDuration(f.Limits.TokenTTL, &c.Limits.TokenTTL) }},
		{"limits.invitation_ttl", func() error { return setDuration(f.Limits.InvitationTTL, &c.Limits.InvitationTTL) }},
		{"limits.invitation_uses", func() error { return setUses(f.Limits.InvitationUses, &c.Limits.InvitationUses) }},
		{"limits.room_people", func() error { return setPlaces(f.Limits.RoomPeople, &c.Limits.RoomPeople) }},
		{"limits.sockets", func() error { return setPlaces(f.Limits.Sockets, &c.Limits.Sockets) }},
		{"limits.sockets_per_address", func() error { return setPlaces(f.Limits.AddressSockets, &c.Limits.AddressSockets) }},
		{"federation.domain", func() error { return setText(f.Federation.Domain, &c.Federation.Domain) }},
		{"federation.name", func() error { return setText(f.Federation.Name, &c.Federation.Name) }},
		{"federation.ca_file", func() error { return setFile(f.Federation.CAFile, &c.Federation.CAFile) }},
		{"federation.hosts", func() error { return setPeers(f.Federation.Hosts, &c.Federation.Hosts) }},
		{"takos_call.listen", func() error { return setListener(f.TakosCall.Listen, &c.TakosCall.Listen) }},
		{"takos_call.api_key", func() error { return f.setAPIKey(c) }},
		{"reach.map_ports", func() error { return setBool(f.Reach.MapPorts, &c.Reach.MapPorts) }},
		{"reach.stun", func() error { return setList(f.Reach.STUN, &c.Reach.STUN) }},
		{"reach.echo", func() error { return setEcho(f.Reach.Echo, &c.Reach.Echo) }},
		{"log.file", func() error { return setText(f.Log.File, &c.Log.File) }},
		{"log.level", func() error { return setText(f.Log.Level, &c.Log.Level) }},
		{"log.max_megabytes", func() error { return setNumber(f.Log.MaxMegabytes, &c.Log.MaxMegabytes, maxLogMegabytes, ErrUses) }},
		{"log.max_files", func() error { return setNumber(f.Log.MaxFiles, &c.Log.MaxFiles, maxLogFiles, ErrLogFiles) }},
		{"desktop.keep_awake", func() error { return setBool(f.Desktop.KeepAwake, &c.KeepAwake) }},
		{"reach.answer_echo", func() error { return setBool(f.Reach.AnswerEcho, &c.Reach.AnswerEcho) }},
		{"relay.listen", func() error { return setText(f.Relay.Listen, &c.Relay.Listen) }},
	}
}

// setAPIKey lets nobody listen without a key that cannot be guessed.
func (f *file) setAPIKey(c *Config) error {
	if f.TakosCall.APIKey != nil {
		c.TakosCall.APIKey = *f.TakosCall.APIKey
	}
	listen, keyBytes := c.TakosCall.Listen, len(c.TakosCall.APIKey)
	switch {
	case listen.IsValid() && keyBytes == 0:
		return ErrNoAPIKey
	case listen.IsValid() && !listen.Addr().IsLoopback() && keyBytes < minAPIKeyBytes:
		return ErrShortAPIKey
	}
	return nil
}

// setListener takes "" for off.
func setListener(from *string, to *Listen) error {
	if from != nil && *from == "" {
		*to = Listen{}
		return nil
	}
	return setText(from, to)
}

// setFile takes "" for none.
func setFile(from, to *string) error {
	if from != nil && *from == "" {
		*to = ""
		return nil
	}
	return setPath(from, to)
}

func setPeers(from *map[string]string, to *map[string]netip.AddrPort) error {
	if from == nil {
		return nil
	}
	peers := map[string]netip.AddrPort{}
	for domain, addr := range *from {
		var p Peer
		if err := p.set(domain, addr); err != nil {
			return err
		}
		peers[string(p.Domain)] = p.Addr
	}
	*to = peers
	return nil
}

func setText(from *string, to encoding.TextUnmarshaler) error {
	if from == nil {
		return nil
	}
	return to.UnmarshalText([]byte(*from))
}

// textValue is a *T that reads itself from text.
type textValue[T any] interface {
	*T
	encoding.TextUnmarshaler
}

func setList[T any, P textValue[T]](from *[]string, to *[]T) error {
	if from == nil {
		return nil
	}
	list := make([]T, len(*from))
	for i, s := range *from {
		if err := P(&list[i]).UnmarshalText([]byte(s)); err != nil {
			return err
		}
	}
	*to = list
	return nil
}

func setAddrs(from *[]string, to *[]netip.Addr) error {
	var list []Addr
	if err := setList(from, &list); err != nil || from == nil {
		return err
	}
	*to = Addrs(list)
	return nil
}

// Addrs are the plain addresses of list.
func Addrs(list []Addr) []netip.Addr {
	plain := make([]netip.Addr, len(list))
	for i, a := range list {
		plain[i] = a.Addr
	}
	return plain
}

func setPath(from, to *string) error {
	if from == nil {
		return nil
	}
	if strings.TrimSpace(*from) == "" {
		return ErrEmptyPath
	}
	*to = filepath.Clean(*from)
	return nil
}

func setBool(from, to *bool) error {
	if from != nil {
		*to = *from
	}
	return nil
}

func setDuration(from *string, to *time.Duration) error {
	return setText(from, (*Duration)(to))
}

func setUses(from, to *int) error {
	if from == nil {
		return nil
	}
	return (*Uses)(to).UnmarshalText([]byte(strconv.Itoa(*from)))
}

func setPlaces(from, to *int) error {
	switch {
	case from == nil:
	case *from < 1 || *from > maxPlaces:
		return ErrPlaces
	default:
		*to = *from
	}
	return nil
}

// locate turns the decoder's errors into ours; only the first unknown key is told.
func locate(err error) *FileError {
	if missing := (*toml.StrictMissingError)(nil); errors.As(err, &missing) && len(missing.Errors) > 0 {
		first := missing.Errors[0]
		line, _ := first.Position()
		return &FileError{Line: line, Key: strings.Join(first.Key(), "."), Err: ErrUnknownKey}
	}
	if decode := (*toml.DecodeError)(nil); errors.As(err, &decode) {
		line, _ := decode.Position()
		return &FileError{Line: line, Key: strings.Join(decode.Key(), "."), Err: decodeReason(decode)}
	}
	return &FileError{Err: err}
}

// decodeReason leaves the names of Go types out of what the decoder says.
func decodeReason(err *toml.DecodeError) error {
	reason := strings.TrimPrefix(err.Error(), "toml: ")
	if before, _, ok := strings.Cut(reason, " into struct field"); ok {
		_, kind, _ := strings.Cut(before, "cannot decode TOML ")
		reason = "cannot be " + article(kind) + " " + kind
	}
	return errors.New(reason)
}

func article(word string) string {
	if word != "" && strings.Contains("aeiou", word[:1]) {
		return "an"
	}
	return "a"
}

// lineOf finds the line of a key in a document that has been decoded without
// an error; where the key is not there, the line where its section begins, and 0
// without one.
func lineOf(text []byte, wanted string) int {
	var table []string
	section, _, inSection := strings.Cut(wanted, ".")
	sectionLine := 0
	parser := unstable.Parser{}
	parser.Reset(text)
	for parser.NextExpression() {
		e := parser.Expression()
		switch e.Kind {
		case unstable.Table:
			var line int
			if table, line = keyOf(&parser, e); inSection && sectionLine == 0 && table[0] == section {
				sectionLine = line
			}
		case unstable.KeyValue:
			key, line := keyOf(&parser, e)
			full := append(append([]string(nil), table...), key...)
			if isOf(full, wanted) || isInlineTable(full, wanted) {
				return line
			}
			if inSection && sectionLine == 0 && full[0] == section {
				sectionLine = line
			}
		}
	}
	return sectionLine
}

// isOf knows a key, and the first of a table that is one value.
func isOf(key []string, wanted string) bool {
	return strings.HasPrefix(strings.Join(key, ".")+".", wanted+".")
}

func isInlineTable(key []string, wanted string) bool {
	return strings.HasPrefix(wanted, strings.Join(key, ".")+".")
}

func keyOf(parser *unstable.Parser, e *unstable.Node) (key []string, line int) {
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if line == 0 {
			line = parser.Shape(n.Raw).Start.Line
		}
		key = append(key, string(n.Data))
	}
	return key, line
}
