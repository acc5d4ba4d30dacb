package playback

import "log/slog"

// logIf says what went wrong, if anything did.
func logIf(logger *slog.Logger, text string, err error) {
	if err != nil {
		logger.Warn(text, "error", err)
	}
}
