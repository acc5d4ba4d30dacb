package capture

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/pion/mediadevices/pkg/driver"
	framefmt "github.com/pion/mediadevices/pkg/frame"

	"takoshome/app/media"
)

// fakeNodes is a folder like /dev and one like /sys/class/video4linux.
type fakeNodes struct {
	*nodes
	t     *testing.T
	asked []string
	deny  bool
}

func newFakeNodes(t *testing.T) *fakeNodes {
	dir := t.TempDir()
	f := &fakeNodes{t: t, nodes: &nodes{devices: filepath.Join(dir, "dev"), classes: filepath.Join(dir, "sys")}}
	f.capable = func(path string) (bool, error) {
		name := filepath.Base(path)
		f.asked = append(f.asked, name)
		if f.deny {
			return false, syscall.EACCES
		}
		return f.attribute(name, "index") == "0", nil
	}
	return f
}

func (f *fakeNodes) plug(name, title, index, id, path string) {
	f.write(filepath.Join(f.devices, name), "")
	f.write(filepath.Join(f.classes, name, "name"), title+"\n")
	f.write(filepath.Join(f.classes, name, "index"), index+"\n")
	for by, link := range map[string]string{"by-id": id, "by-path": path} {
		if link == "" {
			continue
		}
		folder := filepath.Join(f.devices, "v4l", by)
		if err := errors.Join(os.MkdirAll(folder, 0o700), os.Symlink("../../"+name, filepath.Join(folder, link))); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *fakeNodes) write(path, text string) {
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		f.t.Fatal(err)
	}
}

func TestNodes(t *testing.T) {
	f := newFakeNodes(t)
	if got := f.list(); len(got) != 0 {
		t.Errorf("without any camera: %v", got)
	}
	f.plug("video0", "HD Cam: HD Cam", "0", "usb-Maker_HD_Cam-video-index0", "pci-1-video-index0")
	f.plug("video1", "HD Cam: HD Cam", "1", "usb-Maker_HD_Cam-video-index1", "pci-1-video-index1") // metadata
	f.plug("video2", "Plain: Other", "0", "", "pci-2-video-index0")
	f.plug("video10", "", "0", "", "")
	f.plug("vbi0", "Teletext", "0", "", "")
	want := []found{
		{media.Device{ID: "usb-Maker_HD_Cam-video-index0", Name: "HD Cam"}, "usb-Maker_HD_Cam-video-index0;video0"},
		{media.Device{ID: "video10", Name: "video10"}, "video10;video10"},
		{media.Device{ID: "pci-2-video-index0", Name: "Plain: Other"}, "pci-2-video-index0;video2"},
	}
	if got := f.list(); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := f.first(want); got != 0 {
		t.Errorf("the default is %d", got)
	}
	if got := f.first(want[1:]); got != 1 {
		t.Errorf("the default without the first is %d", got)
	}
	asked := len(f.asked)
	if f.list(); len(f.asked) != asked {
		t.Errorf("cameras were asked again: %v", f.asked[asked:])
	}
	if err := os.Remove(filepath.Join(f.devices, "video2")); err != nil {
		t.Fatal(err)
	}
	if got := f.list(); len(got) != 2 {
		t.Errorf("after unplugging: %+v", got)
	}
}

// A camera that is denied is shown, its metadata is not.
func TestDeniedNodes(t *testing.T) {
	f := newFakeNodes(t)
	f.deny = true
	f.plug("video0", "Cam", "0", "", "")
	f.plug("video1", "Cam", "1", "", "")
	if got := f.list(); len(got) != 1 || got[0].ID != "video0" {
		t.Errorf("got %+v", got)
	}
}

// A camera that came later is registered by looking again, which loses no other
// driver.
func TestScan(t *testing.T) {
	f := newFakeNodes(t)
	newFakeCamera(64, 48, framefmt.FormatYUYV).register(t, "not a node")
	late := newFakeCamera(64, 48, framefmt.FormatYUYV)
	scans := 0
	all := &cameras{manager: driver.GetManager(), nodes: f.nodes, rescan: func() {
		scans++
		for _, d := range driver.GetManager().Query(driver.FilterVideoRecorder()) {
			driver.GetManager().Delete(d.ID()) // as camera.Initialize does
		}
		late.register(t, "usb-late;video3")
	}}
	f.plug("video3", "Late", "0", "usb-late", "")
	d, err := all.find("usb-late")
	if err != nil || d.Info().Label != "usb-late;video3" || scans != 1 {
		t.Fatalf("%v, %v after %d scans", d, err, scans)
	}
	if _, err := all.find("not a node"); err != nil || scans != 1 {
		t.Errorf("another driver: %v after %d scans", err, scans)
	}
	if got := all.devices(); len(got) != 2 || !got[1].Default || got[1].Name != "Late" {
		t.Errorf("got %+v", got)
	}
	if _, err := all.find("unknown"); !errors.Is(err, errGone) {
		t.Errorf("unknown: %v", err)
	}
}

// What is no camera at all is no danger.
func TestGivesPicturesOfOtherFiles(t *testing.T) {
	if ok, err := givesPictures("/dev/null"); ok || err == nil {
		t.Errorf("/dev/null: %v, %v", ok, err)
	}
	if ok, err := givesPictures(filepath.Join(t.TempDir(), "none")); ok || !os.IsNotExist(err) {
		t.Errorf("no file: %v, %v", ok, err)
	}
}
