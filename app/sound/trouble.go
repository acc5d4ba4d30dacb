package sound

import (
	"errors"

	"github.com/gen2brain/malgo"

	"takoshome/app/media"
)

// troubleOf maps why a device could not be opened to what people are told.
func troubleOf(err error) media.Trouble {
	for trouble, causes := range map[media.Trouble][]error{
		media.TroubleBusy: {malgo.ErrBusy, malgo.ErrAlreadyInUse, malgo.ErrShareModeNotSupported},
		media.TroubleDenied: {
			malgo.ErrAccessDenied,
		},
		media.TroubleGone: {malgo.ErrNoDevice, malgo.ErrDoesNotExist, malgo.ErrNoBackend, errNoSystem},
	} {
		for _, cause := range causes {
			if errors.Is(err, cause) {
				return trouble
			}
		}
	}
	return media.TroubleBroken
}
