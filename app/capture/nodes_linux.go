package capture

import (
	"cmp"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unsafe"

	"github.com/pion/mediadevices/pkg/driver/camera"
	"golang.org/x/sys/unix"

	"takoshome/app/media"
)

var nodeName = regexp.MustCompile(`^video[0-9]{1,6}$`)

func systemNodes() *nodes {
	return &nodes{devices: "/dev", classes: "/sys/class/video4linux", capable: givesPictures}
}

// rescan has mediadevices look for cameras again.
func rescan() { camera.Initialize() }

// list gives the cameras that the kernel has, without nodes of metadata and the
// like. It opens no camera that it can tell without.
func (n *nodes) list() []found {
	entries, err := os.ReadDir(n.classes)
	if err != nil {
		return nil // no camera was ever there
	}
	links := n.links()
	var all []found
	for _, entry := range entries {
		name := entry.Name()
		if !nodeName.MatchString(name) || !n.isCamera(name) {
			continue
		}
		id := cmp.Or(links[name], name)
		all = append(all, found{media.Device{ID: id, Name: n.title(name)}, id + labelSeparator + name})
	}
	return all
}

// links gives for each node the name that stays the same at every plugging in,
// by what the camera is or else by where it is plugged in, as mediadevices does.
func (n *nodes) links() map[string]string {
	names := map[string]string{}
	for _, by := range []string{"by-id", "by-path"} {
		links, _ := filepath.Glob(filepath.Join(n.devices, "v4l", by, "*")) // the pattern is good
		for _, link := range links {
			target, err := os.Readlink(link)
			if node := filepath.Base(target); err == nil && names[node] == "" {
				names[node] = filepath.Base(link)
			}
		}
	}
	return names
}

// isCamera says whether a node gives pictures. A device that does not let itself
// be asked is listed if it is the first of its camera, so that people learn that
// it is denied or busy.
func (n *nodes) isCamera(name string) bool {
	path := filepath.Join(n.devices, name)
	var stat unix.Stat_t
	if unix.Stat(path, &stat) != nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	made := stat.Ctim.Nano()
	if a, ok := n.known[path]; ok && a.made == made {
		return a.capable
	}
	capable, err := n.capable(path)
	if err != nil {
		return n.attribute(name, "index") == "0"
	}
	if n.known == nil {
		n.known = map[string]answer{}
	}
	n.known[path] = answer{made, capable}
	return capable
}

// title is the name that the maker gave; many tell it twice.
func (n *nodes) title(name string) string {
	title := n.attribute(name, "name")
	if first, second, ok := strings.Cut(title, ": "); ok && strings.HasPrefix(first, second) {
		title = first
	}
	return cmp.Or(title, name)
}

func (n *nodes) attribute(name, attribute string) string {
	text, err := os.ReadFile(filepath.Join(n.classes, name, attribute))
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(strings.TrimSpace(string(text)), "")
}

// isLabel says whether a driver's label is one of a node.
func (n *nodes) isLabel(label string) bool {
	i := strings.LastIndex(label, labelSeparator)
	return i >= 0 && nodeName.MatchString(label[i+1:])
}

// first is the index of the default camera: the node of the least number.
func (n *nodes) first(all []found) int {
	best, least := 0, math.MaxInt
	for i, f := range all {
		number := math.MaxInt
		if at := strings.LastIndex(f.label, labelSeparator); n.isLabel(f.label) {
			number, _ = strconv.Atoi(strings.TrimPrefix(f.label[at+1:], "video")) // only digits
		}
		if number < least {
			best, least = i, number
		}
	}
	return best
}

// Of linux/videodev2.h.
const (
	vidiocQueryCap     = 0x80685600 // _IOR('V', 0, struct v4l2_capability)
	capabilitySize     = 104
	atCapabilities     = 84
	atDeviceCaps       = 88
	capVideoCapture    = 0x00000001
	capStreaming       = 0x04000000
	capDeviceCapsValid = 0x80000000
)

// givesPictures asks a device's driver.
func givesPictures(path string) (bool, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = unix.Close(fd) }() // it was only asked
	var capability [capabilitySize]byte
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), vidiocQueryCap, uintptr(unsafe.Pointer(&capability))); errno != 0 {
		return false, errno
	}
	caps := binary.NativeEndian.Uint32(capability[atCapabilities:])
	if caps&capDeviceCapsValid != 0 {
		caps = binary.NativeEndian.Uint32(capability[atDeviceCaps:])
	}
	return caps&capVideoCapture != 0 && caps&capStreaming != 0, nil
}
