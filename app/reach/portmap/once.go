package portmap

import (
	"log/slog"
	"net/netip"
	"sync"
)

// maxOnce bounds what is remembered of what was logged; then nothing more is.
const maxOnce = 64

// once logs each thing once: whoever repeats nonsense in the network shall not
// fill the log.
type once struct {
	logger *slog.Logger
	mu     sync.Mutex
	seen   map[onceKey]bool // mu protects it
}

type onceKey struct {
	what string
	from netip.Addr
}

func newOnce(logger *slog.Logger) *once {
	return &once{logger: logger, seen: map[onceKey]bool{}}
}

func (o *once) log(what string, from netip.AddrPort) {
	key := onceKey{what, from.Addr()}
	o.mu.Lock()
	fresh := !o.seen[key] && len(o.seen) < maxOnce
	if fresh {
		o.seen[key] = true
	}
	o.mu.Unlock()
	if fresh {
		o.logger.Warn("port mapping: "+what, "from", from.String())
	}
}
