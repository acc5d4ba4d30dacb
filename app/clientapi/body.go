package clientapi

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
)

const (
	maxBodyBytes = 64 << 10
	// maxDepth is more than any body of this API nests.
	maxDepth = 4
)

// readBody reads a JSON object into shape. What it does not know is skipped:
// clients may say more than this host asks for.
func readBody(w http.ResponseWriter, r *http.Request, shape any) error {
	// Any other type could be sent by a foreign page's form without asking.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return errNotJSON
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlowBody
	case err != nil:
		return errBody
	}
	return parseBody(text, shape)
}

func parseBody(text []byte, shape any) error {
	if !isObject(text) || isTooDeep(text) {
		return errBody
	}
	if err := json.Unmarshal(text, shape); err != nil {
		return errBody
	}
	return nil
}

// isObject keeps out null, which would leave the shape as it is.
func isObject(text []byte) bool {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '{'
		}
	}
	return false
}

// isTooDeep counts brackets; what is no JSON is found by the decoder.
func isTooDeep(text []byte) bool {
	depth, quoted, escaped := 0, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = c == '\\'
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store") // a token may stand in it
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
