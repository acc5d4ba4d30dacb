package identity

import (
	"crypto/rand"
	"time"

	"github.com/google/uuid"
)

// NewUUID makes a UUID of version 7 for the time now (RFC 9562 section 5.7).
func NewUUID(now time.Time) uuid.UUID {
	var id uuid.UUID
	_, _ = rand.Read(id[6:]) // never fails, see its documentation
	ms := uint64(max(now.UnixMilli(), 0))
	for n := range 6 {
		id[n] = byte(ms >> (8 * (5 - n)))
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
