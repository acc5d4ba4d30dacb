package reach

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// checkInterval is how often files are looked at, at most.
const checkInterval = 5 * time.Second

// FilesConfig names a certificate, with its chain, and its key, both in PEM.
type FilesConfig struct {
	Cert, Key string
	Now       func() time.Time // nil: time.Now
	Logger    *slog.Logger
}

func (c *FilesConfig) validate() error {
	if c.Cert == "" || c.Key == "" {
		return errNoPath
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Files is a certificate that somebody else renews in its files.
type Files struct {
	config FilesConfig

	// mu protects all that follows.
	mu        sync.Mutex
	current   *tls.Certificate
	seen      [2]fileState // of the last attempt to load, also a failed one
	checkedAt time.Time
}

// fileState changes when a file is written or replaced.
type fileState struct {
	modified time.Time
	size     int64
}

// NewFiles loads the certificate; one that cannot be used is refused.
func NewFiles(config FilesConfig) (*Files, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	f := &Files{config: config, checkedAt: config.Now()}
	seen, err := f.state()
	if err != nil {
		return nil, err
	}
	f.seen = seen
	if f.current, err = f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// GetCertificate is for tls.Config; it loads the files again after they have
// changed, and goes on with the old certificate while the new one is no good.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.config.Now()
	if now.Sub(f.checkedAt) < checkInterval {
		return f.current, nil
	}
	f.checkedAt = now
	seen, err := f.state()
	if err != nil || seen == f.seen {
		return f.current, nil
	}
	f.seen = seen
	fresh, err := f.load()
	if err != nil {
		f.config.Logger.Warn("the changed certificate files are no good", "error", err)
		return f.current, nil
	}
	f.current = fresh
	f.config.Logger.Info("certificate files loaded again")
	return f.current, nil
}

func (f *Files) load() (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(f.config.Cert, f.config.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return &c, nil
}

func (f *Files) state() (state [2]fileState, err error) {
	for i, path := range []string{f.config.Cert, f.config.Key} {
		var info fs.FileInfo
		if info, err = os.Stat(path); err != nil {
			return state, fmt.Errorf("%w: %w", ErrCertificate, err)
		}
		state[i] = fileState{info.ModTime(), info.Size()}
	}
	return state, nil
}
