package igd

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxDepth    = 32   // of elements within each other
	maxElements = 4096 // in one document
	maxText     = 1024 // bytes of one element
	maxServices = 64
	maxName     = 64 // runes
)

// service is one of a device's, with the URL that it takes orders at.
type service struct {
	kind    string // urn:schemas-upnp-org:service:…
	control string
}

// description is what a router says of itself.
type description struct {
	name     string
	base     string
	services []service
}

var errTooMuch = errors.New("too much of it")

// parseDescription reads a device description (UPnP Device Architecture 1.1
// section 2.3), whatever its devices are within each other.
func parseDescription(text io.Reader) (description, error) {
	var d description
	var current service
	err := walk(text, func(path []string, value string) error {
		switch name := path[len(path)-1]; name {
		case "URLBase":
			d.base = value
		case "friendlyName":
			if d.name == "" {
				d.name = printable(value)
			}
		case "serviceType":
			current.kind = value
		case "controlURL":
			current.control = value
		case "service":
			if len(d.services) >= maxServices {
				return errTooMuch
			}
			if current.kind != "" && current.control != "" {
				d.services = append(d.services, current)
			}
			current = service{}
		}
		return nil
	})
	return d, err
}

// resolve gives the URLs of services that are the router's own.
func (d *description) resolve(location *url.URL, owns func(*url.URL) bool) []service {
	base := location
	// Section 2.3: URLBase is of old, and some routers have a stale one.
	if u, err := url.Parse(d.base); d.base != "" && err == nil && owns(u) {
		base = u
	}
	var own []service
	for _, s := range d.services {
		if u, err := base.Parse(s.control); err == nil && owns(u) {
			own = append(own, service{s.kind, u.String()})
		}
	}
	return own
}

// walk calls visit at the end of each element, with the text in it that is in no
// other element. Namespaces are not looked at: routers get them wrong.
func walk(text io.Reader, visit func(path []string, value string) error) error {
	decoder := xml.NewDecoder(text)
	decoder.CharsetReader = latin1
	var path []string
	var values [][]byte
	for range maxElements * 4 {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && len(path) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		switch token := token.(type) {
		case xml.Directive:
			return fmt.Errorf("%w: has a DOCTYPE", ErrMalformed)
		case xml.StartElement:
			if len(path) >= maxDepth {
				return fmt.Errorf("%w: %w", ErrMalformed, errTooMuch)
			}
			path, values = append(path, token.Name.Local), append(values, nil)
		case xml.CharData:
			if len(path) > 0 && len(values[len(path)-1])+len(token) <= maxText {
				values[len(path)-1] = append(values[len(path)-1], token...)
			}
		case xml.EndElement:
			value := strings.TrimSpace(string(values[len(path)-1]))
			if err := visit(path, value); err != nil {
				return fmt.Errorf("%w: %w", ErrMalformed, err)
			}
			path, values = path[:len(path)-1], values[:len(path)-1]
		}
	}
	return fmt.Errorf("%w: %w", ErrMalformed, errTooMuch)
}

// latin1 reads the other encoding that routers use.
func latin1(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "utf-8", "us-ascii":
		return input, nil
	case "iso-8859-1", "windows-1252", "latin1":
		return &latin1Reader{input: input}, nil
	default:
		return nil, fmt.Errorf("%w: unknown encoding", ErrMalformed)
	}
}

type latin1Reader struct {
	input io.Reader
	rest  []byte
}

func (r *latin1Reader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		raw := make([]byte, 512)
		n, err := r.input.Read(raw)
		if n == 0 {
			return 0, err
		}
		for _, c := range raw[:n] {
			r.rest = utf8.AppendRune(r.rest, rune(c))
		}
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// printable makes a router's word fit for a line of log or a window.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > maxName {
		text = string(runes[:maxName])
	}
	return strings.TrimSpace(text)
}
