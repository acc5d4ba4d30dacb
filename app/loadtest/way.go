package loadtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/app/participant"
)

const dialTimeout = 15 * time.Second

// way leads one person into a call.
type way struct {
	link participant.Link
	from netip.Addr // the address of ours to come from; the zero Addr is any
}

// enter opens the call's socket, under a name where the link lets one choose.
func (w way) enter(ctx context.Context, name string) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	token := w.link.Token
	if w.link.NeedsName() {
		var err error
		token, err = w.link.Redeem(ctx, name, w.from)
		switch {
		case errors.Is(err, participant.ErrUnreachable):
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	dialer := websocket.Dialer{
		NetDialContext:  w.link.Dialer(w.from).DialContext,
		TLSClientConfig: w.link.TLSConfig(),
		ReadBufferSize:  1 << 10, // there may be a thousand of them
		WriteBufferSize: 1 << 10,
	}
	conn, response, err := dialer.DialContext(ctx, w.link.SocketURL(url.Values{"token": {token}}), nil)
	switch {
	case err == nil:
		conn.SetReadLimit(maxMessageBytes)
		return conn, nil
	case response != nil:
		return nil, refusalOf(response)
	default:
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
}

// refusalOf is what a host says in place of letting somebody in.
func refusalOf(response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, 512)) // what comes is enough
	var answer struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(text, &answer) // the status says the most
	return fmt.Errorf("%w: status %d %s", ErrRefused, response.StatusCode, answer.Error)
}
