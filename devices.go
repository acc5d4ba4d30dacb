//go:build !headless

package main

import (
	"errors"
	"log/slog"

	"takoshome/app/capture"
	"takoshome/app/media"
	"takoshome/app/playback"
	"takoshome/app/sound"
)

// openDevices opens this computer's sound and cameras for one call.
func openDevices(log *slog.Logger) (media.Capture, media.Playback, error) {
	engine, err := sound.Open(sound.Config{Logger: log})
	if err != nil {
		return nil, nil, err
	}
	c, err := capture.New(capture.Config{Engine: engine, Logger: log})
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close())
	}
	p, err := playback.New(playback.Config{Engine: engine, Logger: log})
	if err != nil {
		return nil, nil, errors.Join(err, c.Close(), engine.Close())
	}
	return capturing{c, engine}, p, nil
}

// capturing closes the sound behind the devices that use it.
type capturing struct {
	*capture.Capture
	engine *sound.Engine
}

// Close is called after the playback's, which uses the same engine.
func (c capturing) Close() error {
	return errors.Join(c.Capture.Close(), c.engine.Close())
}
