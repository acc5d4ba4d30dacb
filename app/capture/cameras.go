package capture

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pion/mediadevices/pkg/driver"

	"takoshome/app/media"
)

// cameras are the cameras that mediadevices' driver manager knows.
type cameras struct {
	manager *driver.Manager
	nodes   *nodes
	// rescan has the library look for cameras again; it deletes every driver of
	// the manager and registers those of cameras.
	rescan func()

	// mu is held while drivers are registered, opened and closed: they have no
	// locks of their own, and two cameras must not open one device at once.
	mu sync.Mutex
}

// found is a camera that there is now.
type found struct {
	media.Device
	label string // of its driver
}

// list gives the cameras of this moment, the default one first.
func (c *cameras) list() []found {
	all := c.nodes.list()
	for _, d := range c.manager.Query(driver.FilterDeviceType(driver.Camera)) {
		label := d.Info().Label
		if c.nodes.isLabel(label) {
			continue // its node was listed, or is gone, or gives no pictures
		}
		name, _, _ := strings.Cut(d.Info().Name, labelSeparator)
		all = append(all, found{media.Device{ID: label, Name: cmp.Or(name, label)}, label})
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.label, b.label) })
	all = slices.CompactFunc(all, func(a, b found) bool { return a.label == b.label })
	first := c.nodes.first(all)
	for i := range all {
		all[i].Default = i == first
	}
	tellApart(all)
	return all
}

// devices is list for media.Devices.
func (c *cameras) devices() []media.Device {
	devices := []media.Device{}
	for _, f := range c.list() {
		devices = append(devices, f.Device)
	}
	return devices
}

// tellApart numbers devices of the same name.
func tellApart(all []found) {
	times := map[string]int{}
	for i := range all {
		name := all[i].Name
		times[name]++
		if n := times[name]; n > 1 {
			all[i].Name = fmt.Sprintf("%s (%d)", name, n)
		}
	}
}

// opener opens the camera of an ID, or the default one.
func (c *cameras) opener(config media.CameraConfig) opener {
	return func(ctx context.Context) (source, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		d, err := c.find(config.ID)
		if err != nil {
			return nil, err
		}
		return openDriver(ctx, d, config, &c.mu)
	}
}

// find gives the driver of a camera that there is.
func (c *cameras) find(id string) (driver.Driver, error) {
	all := c.list()
	i := slices.IndexFunc(all, func(f found) bool { return f.ID == id || id == media.Default && f.Default })
	if i < 0 {
		return nil, errGone
	}
	d := c.driver(all[i].label)
	if d == nil {
		c.scan()
		d = c.driver(all[i].label)
	}
	if d == nil {
		return nil, errGone
	}
	return d, nil
}

func (c *cameras) driver(label string) driver.Driver {
	all := c.manager.Query(driver.FilterAnd(driver.FilterDeviceType(driver.Camera), driver.FilterVideoRecorder(),
		func(d driver.Driver) bool { return d.Info().Label == label }))
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// scan finds cameras that came since the program began. The library deletes the
// drivers of others meanwhile, which are put back.
func (c *cameras) scan() {
	others := c.manager.Query(driver.FilterAnd(driver.FilterVideoRecorder(),
		func(d driver.Driver) bool { return !c.nodes.isLabel(d.Info().Label) }))
	c.rescan()
	for _, d := range others {
		if len(c.manager.Query(driver.FilterID(d.ID()))) == 0 {
			_ = c.manager.Register(d, d.Info()) // it never fails
		}
	}
}
