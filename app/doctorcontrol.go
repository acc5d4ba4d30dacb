package app

import (
	"context"

	"takoshome/app/control"
)

// controlDoctor is the App as the control socket sees it, for examinations.
type controlDoctor struct{ a *App }

// Examine examines how this host is reached.
func (c controlDoctor) Examine(ctx context.Context, wanted control.Examine, tell func(any)) (any, error) {
	wishes := DoctorWishes{AskFriends: wanted.AskFriends, Uplink: wanted.Uplink}
	report, err := c.a.Examine(ctx, wishes, func(r DoctorReport) { tell(r) })
	if err != nil {
		return nil, refusalOf(err)
	}
	return report, nil
}
