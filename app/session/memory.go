package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxMemoryBytes = 1 << 20
	maxFriends     = 500
	maxNameRunes   = 40 // docs/protocol.md section 1.3
	maxIDBytes     = 1024
	fullVolume     = 100
	maxVolume      = 200
	// damagedSuffix is put behind the name of a file that cannot be read.
	damagedSuffix = ".damaged"
)

// memory is what is remembered from one call to the next.
type memory struct {
	Name   string `json:"name"`
	Choice Choice `json:"choice"`
	// Names are those of the chosen devices, to tell of one that is not there.
	Names   map[DeviceKind]string `json:"names,omitempty"`
	Friends []friend              `json:"friends,omitempty"` // the last changed last
}

// friend is how loud somebody is here.
type friend struct {
	Who      string `json:"who"`
	Volume   int    `json:"volume"`
	Silenced bool   `json:"silenced,omitempty"`
}

func newMemory() memory {
	m := memory{Names: map[DeviceKind]string{}}
	m.Choice.Processing.Echo, m.Choice.Processing.Noise, m.Choice.Processing.Gain = true, true, true
	return m
}

// friendKey is under what somebody's volume is remembered. A guest's name means
// somebody at one host only; a takos ID is the same person everywhere.
func friendKey(host, peerID string) string {
	if strings.Contains(peerID, "@") {
		return peerID
	}
	return peerID + " @ " + host
}

// of gives somebody's volume.
func (m *memory) of(key string) (volume int, silenced bool) {
	for _, f := range m.Friends {
		if f.Who == key {
			return f.Volume, f.Silenced
		}
	}
	return fullVolume, false
}

// keep remembers somebody's volume; the one changed longest ago makes way.
func (m *memory) keep(f friend) {
	m.Friends = slices.DeleteFunc(slices.Clone(m.Friends), func(old friend) bool { return old.Who == f.Who })
	if f.Volume == fullVolume && !f.Silenced {
		return
	}
	if len(m.Friends) >= maxFriends {
		m.Friends = m.Friends[len(m.Friends)-maxFriends+1:]
	}
	m.Friends = append(m.Friends, f)
}

// clone may be written while the original changes.
func (m *memory) clone() memory {
	c := *m
	c.Friends = slices.Clone(m.Friends)
	c.Names = make(map[DeviceKind]string, len(m.Names))
	for kind, name := range m.Names {
		c.Names[kind] = name
	}
	return c
}

func (m *memory) validate() error {
	switch {
	case !isGoodName(m.Name):
		return errors.New("not a name")
	case len(m.Friends) > maxFriends:
		return errors.New("too many friends")
	}
	for _, id := range []string{m.Choice.Microphone, m.Choice.Speaker, m.Choice.Camera} {
		if !isGoodID(id) {
			return errors.New("not the ID of a device")
		}
	}
	for kind, name := range m.Names {
		if !isGoodID(name) || !slices.Contains([]DeviceKind{Microphone, Speaker, Camera}, kind) {
			return errors.New("not the name of a device")
		}
	}
	for _, f := range m.Friends {
		if f.Who == "" || !isGoodID(f.Who) || f.Volume < 0 || f.Volume > maxVolume {
			return errors.New("not the volume of a friend")
		}
	}
	return nil
}

func isGoodName(name string) bool {
	return utf8.RuneCountInString(name) <= maxNameRunes && isGoodID(name)
}

func isGoodID(id string) bool {
	return len(id) <= maxIDBytes && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
}

// parseMemory reads what was written; whatever is not as it should be is an error.
func parseMemory(text []byte) (memory, error) {
	m := newMemory()
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&m); err != nil {
		return newMemory(), err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return newMemory(), errors.New("more than one value")
	}
	if err := m.validate(); err != nil {
		return newMemory(), err
	}
	if m.Names == nil {
		m.Names = map[DeviceKind]string{}
	}
	return m, nil
}

// readMemory gives what the file at path remembers, the defaults where there is
// none. A damaged file is put aside, and aside is where.
func readMemory(path string) (m memory, aside string, err error) {
	text, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newMemory(), "", nil
	}
	if err == nil {
		if m, err = parseMemory(text); err == nil {
			return m, "", nil
		}
	}
	aside = path + damagedSuffix
	if renameErr := os.Rename(path, aside); renameErr != nil {
		return newMemory(), path, errors.Join(err, renameErr)
	}
	return newMemory(), aside, fmt.Errorf("read remembered choices: %w", err)
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxMemoryBytes {
		return nil, errFileTaken
	}
	return os.ReadFile(path)
}

// write puts m into the file for its owner alone, whole or not at all.
func (m *memory) write(path string) error {
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return fmt.Errorf("remember choices: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("remember choices: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("remember choices: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
