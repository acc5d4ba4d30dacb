//go:build !linux && !windows && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package gateway

import "errors"

func defaults() ([]hop, error) { return nil, errors.ErrUnsupported }
