package app

import (
	"crypto/rand"
	"log/slog"
	"os"

	"takoshome/app/reach"
)

const (
	// routerSecretFile keeps what this host's mappings are known by in the router,
	// so that those that a crash has left are not somebody else's.
	routerSecretFile = "router.key"
	routerSecretSize = 32 // bytes
)

// routerSecret reads the secret, or makes one. One that cannot be kept is good for
// this run.
func routerSecret(path string, log *slog.Logger) []byte {
	if text, err := os.ReadFile(path); err == nil && len(text) == routerSecretSize {
		return text
	}
	secret := make([]byte, routerSecretSize)
	_, _ = rand.Read(secret) // never fails
	if err := reach.WriteSecret(path, secret); err != nil {
		log.Warn("the key for mappings in the router cannot be kept", "path", path, "error", err)
	}
	return secret
}
