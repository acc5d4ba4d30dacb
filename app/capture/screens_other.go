//go:build !linux

package capture

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/pion/mediadevices/pkg/driver"
	_ "github.com/pion/mediadevices/pkg/driver/screen" // registers the screens

	"takoshome/app/media"
)

// screens are the screens that mediadevices knows; it knows no windows.
type screens struct {
	manager *driver.Manager
	mu      sync.Mutex // as in cameras
}

func systemScreens() *screens { return &screens{manager: driver.GetManager()} }

func (s *screens) devices() []media.Device {
	devices := []media.Device{}
	for _, d := range s.manager.Query(driver.FilterDeviceType(driver.Screen)) {
		i := d.Info()
		devices = append(devices, media.Device{
			ID: "screen:" + i.Label, Name: cmp.Or(i.Name, i.Label), Default: i.Priority == driver.PriorityHigh,
		})
	}
	return devices
}

func (s *screens) opener(config media.CameraConfig) (opener, error) {
	return func(ctx context.Context) (source, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, d := range s.manager.Query(driver.FilterDeviceType(driver.Screen)) {
			i := d.Info()
			if config.ID == "screen:"+i.Label || config.ID == media.Default && i.Priority == driver.PriorityHigh {
				source, err := openDriver(ctx, d, config, &s.mu)
				if err != nil {
					return nil, err
				}
				return &paced{source, time.NewTicker(time.Second / time.Duration(config.MaxFramesS))}, nil
			}
		}
		return nil, errGone
	}, nil
}

func (s *screens) close() {}

// paced keeps the library from reading the screen without a pause.
type paced struct {
	source
	ticker *time.Ticker
}

func (p *paced) read(ctx context.Context) (frame, error) {
	select {
	case <-ctx.Done():
		return frame{}, ctx.Err()
	case <-p.ticker.C:
		return p.source.read(ctx)
	}
}

func (p *paced) close() {
	p.ticker.Stop()
	p.source.close()
}
