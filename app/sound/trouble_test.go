package sound

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gen2brain/malgo"

	"takoshome/app/media"
)

func TestTroubleOf(t *testing.T) {
	tests := map[error]media.Trouble{
		malgo.ErrBusy:         media.TroubleBusy,
		malgo.ErrAlreadyInUse: media.TroubleBusy,
		malgo.ErrAccessDenied: media.TroubleDenied,
		malgo.ErrNoDevice:     media.TroubleGone,
		malgo.ErrDoesNotExist: media.TroubleGone,
		errNoSystem:           media.TroubleGone,
		malgo.ErrGeneric:      media.TroubleBroken,
		errors.New("other"):   media.TroubleBroken,
	}
	for err, want := range tests {
		for _, wrapped := range []error{err, fmt.Errorf("open: %w", err), errors.Join(errNotStarted, err)} {
			if got := troubleOf(wrapped); got != want {
				t.Errorf("%v: got %q, want %q", wrapped, got, want)
			}
		}
	}
}
