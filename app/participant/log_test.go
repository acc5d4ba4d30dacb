package participant

import (
	"log/slog"
	"os"
	"testing"
)

// testLogger speaks with PARTICIPANT_LOG set.
func testLogger(_ testing.TB, name string) *slog.Logger {
	if os.Getenv("PARTICIPANT_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	handler := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})
	return slog.New(handler).With("guest", name)
}
