package clientapi

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"

	"takoshome/sfu/sockets"
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
	if !isObject(text) || sockets.IsTooDeep(text, maxDepth) {
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
