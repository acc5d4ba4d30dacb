package capture

import (
	"sync"

	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/driver/camera"
)

// labelSeparator is between the parts of mediadevices' labels and names.
const labelSeparator = camera.LabelSeparator

func systemCameras() *cameras {
	return &cameras{manager: driver.GetManager(), nodes: systemNodes(), rescan: rescan}
}

// nodes are where the system lists cameras, if it does so apart from
// mediadevices. The zero value is a system that does not.
type nodes struct {
	devices string // "/dev"
	classes string // "/sys/class/video4linux"
	// capable asks a device whether it gives pictures.
	capable func(path string) (bool, error)

	// mu protects known: what devices answered, so that none is woken each time.
	mu    sync.Mutex
	known map[string]answer
}

// answer is what a device said of itself.
type answer struct {
	made    int64 // when its node was made, in nanoseconds
	capable bool
}
