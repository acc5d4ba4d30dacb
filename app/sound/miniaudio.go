package sound

/*
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/gen2brain/malgo"

	"takoshome/app/media"
)

const (
	// applicationName is what sound settings of the desktop show.
	applicationName = "Takos Home"
	// periods is how many periods a device may buffer. PulseAudio and most others
	// begin with one.
	periods = 4
	// pulsePeriods is how many of a microphone's a PulseAudio server may have
	// waiting: with a few it drops sound whenever the machine is busy. It sends
	// what it has in any case, so this costs no time.
	pulsePeriods = 100
	// closeWithin bounds the wait for a device to close: a sound server that
	// hangs must not hang the call.
	closeWithin = 2 * time.Second
)

// backends are the sound systems to try, in this order.
func backends() []malgo.Backend {
	switch runtime.GOOS {
	case "linux":
		if os.Getenv("PULSE_SERVER") != "" {
			return []malgo.Backend{malgo.BackendPulseaudio} // the person named one
		}
		return []malgo.Backend{malgo.BackendPulseaudio, malgo.BackendAlsa, malgo.BackendJack}
	case "windows":
		return []malgo.Backend{malgo.BackendWasapi, malgo.BackendDsound, malgo.BackendWinmm}
	case "darwin":
		return []malgo.Backend{malgo.BackendCoreaudio}
	default:
		return []malgo.Backend{malgo.BackendPulseaudio, malgo.BackendSndio, malgo.BackendAudio4, malgo.BackendOss}
	}
}

// miniaudio is a system by way of malgo.
type miniaudio struct {
	logger  *slog.Logger
	backend malgo.Backend
	context *malgo.AllocatedContext
	streams atomic.Int32 // not yet released
}

// openMiniaudio finds the sound system of this computer.
func openMiniaudio(logger *slog.Logger) (system, error) {
	for _, backend := range backends() {
		m, err := openBackend(logger, backend)
		if err != nil {
			logger.Debug("sound system", "backend", backend, "error", err)
			continue
		}
		// PulseAudio with no device is still the right one; another that knows
		// none may only seem to be there.
		if backend != malgo.BackendPulseaudio {
			if list, err := m.list(); err != nil || len(list.microphones)+len(list.speakers) == 0 {
				m.close()
				continue
			}
		}
		return m, nil
	}
	return nil, errNoSystem
}

func openBackend(logger *slog.Logger, backend malgo.Backend) (*miniaudio, error) {
	// Every attempt at a server that is not there leaks a little memory in
	// miniaudio, so look before.
	if backend == malgo.BackendPulseaudio && !pulseAnswers() {
		return nil, errNoSystem
	}
	name := C.CString(applicationName)
	defer C.free(unsafe.Pointer(name))
	var config malgo.ContextConfig
	config.Pulse.PApplicationName = (*byte)(unsafe.Pointer(name))
	context, err := malgo.InitContext([]malgo.Backend{backend}, config, func(message string) {
		// Only what a backend says; there is much about loading libraries.
		if strings.HasPrefix(message, "[") {
			logger.Debug(strings.TrimSpace(message), "scope", "miniaudio")
		}
	})
	if err != nil {
		return nil, err
	}
	return &miniaudio{logger: logger, backend: backend, context: context}, nil
}

// pulseAnswers tells whether something listens where PulseAudio and PipeWire
// do. An address it does not understand counts as one that answers.
func pulseAnswers() bool {
	for _, path := range pulseSockets() {
		conn, err := net.DialTimeout("unix", path, time.Second)
		if err == nil {
			_ = conn.Close()
			return true
		}
	}
	server := os.Getenv("PULSE_SERVER")
	return server != "" && !strings.HasPrefix(server, "unix:") && !strings.HasPrefix(server, "/")
}

func pulseSockets() []string {
	if server := os.Getenv("PULSE_SERVER"); server != "" {
		return []string{strings.TrimPrefix(server, "unix:")}
	}
	var paths []string
	for _, folder := range []string{
		os.Getenv("PULSE_RUNTIME_PATH"),
		filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "pulse"),
		filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "pulse"),
		"/run/pulse", // a server for the whole system
	} {
		if filepath.IsAbs(folder) {
			paths = append(paths, filepath.Join(folder, "native"))
		}
	}
	return paths
}

func (m *miniaudio) list() (listing, error) {
	var list listing
	for k, described := range map[kind]*[]media.Device{capture: &list.microphones, playback: &list.speakers} {
		devices, err := m.find(k)
		if err != nil {
			return listing{}, err
		}
		*described = describe(devices)
		list.targets[k] = m.targets(k, devices)
	}
	return list, nil
}

// find lists the devices of one kind that are for people.
func (m *miniaudio) find(k kind) ([]found, error) {
	infos, err := m.context.Devices(deviceType(k))
	if err != nil {
		return nil, err
	}
	var devices []found
	for i := range infos {
		info := &infos[i]
		id := m.idOf(info.ID)
		if m.backend == malgo.BackendPulseaudio && isNoDevice(id) {
			continue
		}
		devices = append(devices, found{id: id, name: info.Name(), isDefault: info.IsDefault != 0, handle: info.ID})
	}
	return devices, nil
}

// idOf writes an ID of miniaudio as text: names as they are, others in
// hexadecimal.
func (m *miniaudio) idOf(id malgo.DeviceID) string {
	if m.backend == malgo.BackendPulseaudio || m.backend == malgo.BackendAlsa {
		name, _, _ := strings.Cut(string(id[:]), "\x00")
		if name != "" && validID(name) {
			return name
		}
	}
	return "#" + id.String()
}

// targets says what each ID means. Default of a microphone is a device by its
// name with PulseAudio: left to the server it would be the monitor of a speaker
// when no microphone is there. Elsewhere, and for speakers, the system chooses
// and takes a running stream along when the default changes.
func (m *miniaudio) targets(k kind, devices []found) map[string]target {
	targets := map[string]target{}
	for i, d := range devices {
		named := target{key: d.id, handle: d.handle}
		targets[d.id] = named
		if k == capture && m.backend == malgo.BackendPulseaudio && (i == 0 || d.isDefault) {
			targets[media.Default] = named
		}
	}
	if _, named := targets[media.Default]; !named && hasDefault(m.backend, devices) {
		targets[media.Default] = target{key: media.Default}
	}
	return targets
}

// hasDefault tells whether leaving the choice to the system gives one of these
// devices.
func hasDefault(backend malgo.Backend, devices []found) bool {
	if backend != malgo.BackendPulseaudio {
		return len(devices) > 0
	}
	for _, d := range devices {
		if d.isDefault {
			return true
		}
	}
	return false
}

func deviceType(k kind) malgo.DeviceType {
	if k == capture {
		return malgo.Capture
	}
	return malgo.Playback
}

func (m *miniaudio) open(c streamConfig) (stream, error) {
	config := malgo.DefaultDeviceConfig(deviceType(c.kind))
	config.SampleRate = RateHz
	config.Periods = periods
	config.PerformanceProfile = malgo.LowLatency
	config.Pulse.StreamNameCapture, config.Pulse.StreamNamePlayback = applicationName, applicationName
	config.NoFixedSizedCallback = 1 // would hold back one period more
	side := &config.Capture
	config.PeriodSizeInMilliseconds = uint32(c.periodMs)
	switch {
	case c.kind == playback:
		side = &config.Playback
		config.NoPreSilencedOutputBuffer = 1
	case m.backend == malgo.BackendPulseaudio:
		config.Periods = pulsePeriods
	}
	side.Format, side.Channels = malgo.FormatS16, uint32(c.kind.channels())
	if id, ok := c.handle.(malgo.DeviceID); ok {
		pointer := id.Pointer()
		defer C.free(pointer)
		side.DeviceID = pointer
	}
	device, err := malgo.InitDevice(m.context.Context, config, malgo.DeviceCallbacks{
		Data: func(output, input []byte, _ uint32) { c.data(samplesOf(c.kind, output, input)) },
		Stop: c.stopped,
	})
	if err != nil {
		return nil, err
	}
	if err := device.Start(); err != nil {
		device.Uninit()
		return nil, errors.Join(errNotStarted, err)
	}
	m.streams.Add(1)
	return &miniaudioStream{system: m, device: device}, nil
}

// samplesOf looks at the bytes of a callback as samples; they stay the device's.
func samplesOf(k kind, output, input []byte) []int16 {
	raw := input
	if k == playback {
		raw = output
	}
	return unsafe.Slice((*int16)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/2)
}

func (m *miniaudio) close() {
	if hanging := m.streams.Load(); hanging > 0 {
		m.logger.Warn("sound devices hang; their memory is not released", "devices", hanging)
		return
	}
	if err := m.context.Uninit(); err != nil {
		m.logger.Warn("close sound system", "error", err)
	}
	m.context.Free()
}

// miniaudioStream is an open device.
type miniaudioStream struct {
	system *miniaudio
	device *malgo.Device
}

func (s *miniaudioStream) close() {
	done := make(chan struct{})
	go s.release(done)
	select {
	case <-done:
	case <-time.After(closeWithin):
		s.system.logger.Warn("a sound device takes long to close")
	}
}

// release stops the device first: that alone wakes its thread.
func (s *miniaudioStream) release(done chan<- struct{}) {
	defer close(done)
	_ = s.device.Stop()
	s.device.Uninit()
	s.system.streams.Add(-1)
}
