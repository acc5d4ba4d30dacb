package igd

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// maxResults is how many values an answer may have.
const maxResults = 64

// argument is one of an action's, in the order that the standard has them.
type argument struct{ name, value string }

// call has a service do something (UPnP Device Architecture 1.1 section 3.2).
func (r *Router) call(ctx context.Context, s service, action string, arguments ...argument) (map[string]string, error) {
	header := http.Header{
		"Content-Type": {`text/xml; charset="utf-8"`},
		"SOAPAction":   {`"` + s.kind + "#" + action + `"`},
	}
	status, text, err := fetch(ctx, r.http, http.MethodPost, s.control, header, envelope(s.kind, action, arguments))
	if err != nil {
		return nil, err
	}
	return parseAnswerTo(action, status, text)
}

func envelope(kind, action string, arguments []argument) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?>` + "\r\n" +
		`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ` +
		`s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>`)
	fmt.Fprintf(&b, `<u:%s xmlns:u="%s">`, action, escape(kind))
	for _, a := range arguments {
		fmt.Fprintf(&b, "<%s>%s</%s>", a.name, escape(a.value), a.name)
	}
	fmt.Fprintf(&b, "</u:%s></s:Body></s:Envelope>\r\n", action)
	return b.String()
}

func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes all
	return b.String()
}

// parseAnswerTo gives the values of an answer, or the Fault that it is.
func parseAnswerTo(action string, status int, text []byte) (map[string]string, error) {
	results := map[string]string{}
	var fault *Fault
	var answered bool
	err := walk(bytes.NewReader(text), func(path []string, value string) error {
		name := path[len(path)-1]
		parent := ""
		if len(path) > 1 {
			parent = path[len(path)-2]
		}
		switch {
		case name == action+"Response":
			answered = true
		case parent == action+"Response" && len(results) < maxResults:
			results[name] = value
		case name == "errorCode":
			code, err := strconv.ParseUint(value, 10, 16)
			if err != nil {
				return err
			}
			fault = &Fault{Code: int(code)}
		case name == "errorDescription" && fault != nil:
			fault.Text = printable(value)
		}
		return nil
	})
	switch {
	case fault != nil:
		return nil, fault
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return nil, &Fault{Code: CodeNotAuthorized}
	case err != nil:
		return nil, err
	case status != http.StatusOK || !answered:
		return nil, fmt.Errorf("%w: status %d", ErrMalformed, status)
	}
	return results, nil
}
