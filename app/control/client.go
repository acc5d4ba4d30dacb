package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"time"
)

const (
	maxAnswerBytes = 64 << 20
	retryInterval  = 50 * time.Millisecond
)

// Client asks the process that runs in a data folder.
type Client struct {
	path string
	http *http.Client
}

// NewClient makes a Client; it connects with each request anew.
func NewClient(dir string) *Client {
	path := filepath.Join(dir, socketName)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{path: path, http: &http.Client{
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
	}}
}

// Invite makes an invitation on the running host.
func (c *Client) Invite(ctx context.Context, invite Invite) (Link, error) {
	body, err := json.Marshal(invite)
	if err != nil {
		return Link{}, fmt.Errorf("ask for invitation: %w", err)
	}
	text, err := c.do(ctx, http.MethodPost, "/v1/invite", body)
	if err != nil {
		return Link{}, err
	}
	var link Link
	if err := json.Unmarshal(text, &link); err != nil {
		return Link{}, fmt.Errorf("read invitation: %w", err)
	}
	return link, nil
}

// Status is the running host's snapshot in JSON.
func (c *Client) Status(ctx context.Context) (json.RawMessage, error) {
	return c.do(ctx, http.MethodGet, "/v1/status", nil)
}

// Raise asks the running app to show its window. It goes on asking until ctx
// ends while nobody answers: the other process may just be starting.
func (c *Client) Raise(ctx context.Context) error {
	return c.patiently(ctx, "/v1/raise", nil)
}

// Join asks the running app to open a link in its window, as patiently as Raise.
func (c *Client) Join(ctx context.Context, join Join) error {
	body, err := json.Marshal(join)
	if err != nil {
		return fmt.Errorf("ask to join: %w", err)
	}
	return c.patiently(ctx, "/v1/join", body)
}

// Call asks the running app to do something with its call.
func (c *Client) Call(ctx context.Context, action Action) error {
	body, err := json.Marshal(Deed{action})
	if err != nil {
		return fmt.Errorf("ask about the call: %w", err)
	}
	_, err = c.do(ctx, http.MethodPost, "/v1/call", body)
	return err
}

// patiently goes on asking until ctx ends while nobody answers.
func (c *Client) patiently(ctx context.Context, route string, body []byte) error {
	ticker := time.NewTicker(retryInterval)
	defer ticker.Stop()
	for {
		_, err := c.do(ctx, http.MethodPost, route, body)
		if refusal := (*Refusal)(nil); errors.As(err, &refusal) && refusal.Code == CodeNoWindow {
			return ErrNoWindow
		}
		if !errors.Is(err, ErrNotRunning) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-ticker.C:
		}
	}
}

func (c *Client) do(ctx context.Context, method, route string, body []byte) ([]byte, error) {
	return c.doWithin(ctx, requestTimeout, method, route, body)
}

func (c *Client) doWithin(ctx context.Context, limit time.Duration, method, route string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	response, err := c.send(ctx, method, route, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return nil, fmt.Errorf("read answer of running host: %w", err)
	}
	if response.StatusCode < http.StatusMultipleChoices {
		return text, nil
	}
	return nil, refusalIn(text, response.Status)
}

func (c *Client) send(ctx context.Context, method, route string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://takoshome"+route, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask running host: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, askError(err)
	}
	return response, nil
}

// refusalIn reads a refusal; whatever else answers is named by its status.
func refusalIn(text []byte, status string) *Refusal {
	refusal := &Refusal{}
	if err := json.Unmarshal(text, refusal); err != nil || refusal.Message == "" {
		return &Refusal{Code: CodeFailed, Message: status}
	}
	return refusal
}

// askError tells a host that is not there from one that cannot be asked.
func askError(err error) error {
	dial := (*net.OpError)(nil)
	if errors.As(err, &dial) && dial.Op == "dial" && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	return fmt.Errorf("ask running host: %w", err)
}
