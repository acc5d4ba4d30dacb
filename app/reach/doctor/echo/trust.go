package echo

import (
	"crypto/tls"
	"errors"
)

// IsUntrusted says whether the partner showed a certificate that nobody vouches for,
// or that is not for its name or address, or of another time.
func IsUntrusted(err error) bool {
	refused := (*tls.CertificateVerificationError)(nil)
	return errors.As(err, &refused)
}
