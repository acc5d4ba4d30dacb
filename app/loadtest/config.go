package loadtest

import (
	"context"
	"fmt"
	"log/slog"

	"takoshome/app/participant"
)

const (
	maxPeople       = 10_000
	defaultVideoBps = 2_500_000
	defaultSockets  = 4
	maxVideoBps     = 100_000_000
	minVideoBps     = 50_000
)

// Door gives the n-th person of a test, from 0, a link into the call.
type Door func(ctx context.Context, n int) (link string, err error)

// Links is a Door of links that people have given out: that of a room for as many
// as it lets in, or one for each person.
func Links(links ...string) Door {
	return func(_ context.Context, n int) (string, error) {
		if len(links) == 0 {
			return "", fmt.Errorf("%w: none was given", ErrLink)
		}
		if l, err := participant.ParseLink(links[0]); err == nil && l.NeedsName() && len(links) == 1 {
			return links[0], nil
		}
		if n >= len(links) {
			return "", fmt.Errorf("%w: %d links are too few, each lets in one", ErrLink, len(links))
		}
		return links[n], nil
	}
}

// Config says what a test is made of.
type Config struct {
	Door Door
	// VideoBps is the bitrate of a publisher's picture; 0: none is sent.
	VideoBps int
	// NoAudio leaves the sound out.
	NoAudio bool
	// GRO lets the tester's sockets take datagrams that the kernel has joined.
	// Browsers do not.
	GRO bool
	// Sockets is how many the test shares among all where the host is on this
	// computer.
	Sockets int
	// Seed makes sizes and phases of packets repeatable.
	Seed   uint64
	Logger *slog.Logger
}

func (c *Config) validate() error {
	switch {
	case c.Door == nil:
		return fmt.Errorf("%w: no way in", ErrBadConfig)
	case c.VideoBps != 0 && (c.VideoBps < minVideoBps || c.VideoBps > maxVideoBps):
		return fmt.Errorf("%w: video of %d bit/s", ErrBadConfig, c.VideoBps)
	case c.VideoBps == 0 && c.NoAudio:
		return fmt.Errorf("%w: neither sound nor picture", ErrBadConfig)
	case c.Sockets < 0:
		return fmt.Errorf("%w: %d sockets", ErrBadConfig, c.Sockets)
	}
	if c.Sockets == 0 {
		c.Sockets = defaultSockets
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Role is what a person of the test does in the call.
type Role int

// The roles.
const (
	Publisher  Role = iota // sends, and receives nothing
	Subscriber             // receives, and sends nothing
	Person                 // both
)
