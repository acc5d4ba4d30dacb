package participant

import "takoshome/app/media"

const (
	// audioBps is what sound takes with its headers, and gets first.
	audioBps = 64_000
	// screenShare is the part of the rest that a screen has beside a camera.
	screenShare = 0.6
	// leastVideoBps is what the smallest layer is worth sending with.
	leastVideoBps = 40_000
	// A layer needs this part of its most to be sent, and some more to come back.
	leastPart, returnPart = 0.4, 0.5
)

// claim is what a producer wants of the bandwidth, and what it has.
type claim struct {
	isVideo, isScreen bool
	layers            []media.Layer
	given             []int // bits a second by layer, 0: off
}

// allocate shares bandwidth: sound first, then camera and screen, each its
// layers from the smallest, which goes on as long as it makes sense at all. What
// one does not need the other gets. given tells what was sent so far, so that a
// layer does not come and go.
func allocate(bps int, claims []*claim) {
	var cameras, screens []*claim
	for _, c := range claims {
		switch {
		case !c.isVideo:
			c.given = []int{c.layers[0].MaxBps}
			bps -= audioBps
		case c.isScreen:
			screens = append(screens, c)
		default:
			cameras = append(cameras, c)
		}
	}
	bps = max(bps, 0)
	if len(cameras) == 0 || len(screens) == 0 {
		shareVideo(bps, append(cameras, screens...))
		return
	}
	forScreens := min(int(float64(bps)*screenShare), most(screens))
	forCameras := min(bps-forScreens, most(cameras))
	shareVideo(bps-forCameras, screens)
	shareVideo(bps-forScreens, cameras)
}

// shareVideo gives each of several the same part.
func shareVideo(bps int, claims []*claim) {
	for i, c := range claims {
		c.give(bps / (len(claims) - i))
		bps -= sum(c.given)
	}
}

// give shares what one producer has over its layers.
func (c *claim) give(bps int) {
	before := c.given
	c.given = make([]int, len(c.layers))
	for i, layer := range c.layers {
		part := returnPart
		if i < len(before) && before[i] > 0 {
			part = leastPart
		}
		least := int(float64(layer.MaxBps) * part)
		if i == 0 {
			least = min(least, leastVideoBps)
		}
		if bps < least {
			return
		}
		c.given[i] = min(layer.MaxBps, bps)
		bps -= c.given[i]
	}
}

func most(claims []*claim) int {
	total := 0
	for _, c := range claims {
		for _, layer := range c.layers {
			total += layer.MaxBps
		}
	}
	return total
}

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}

// isWorthTelling says whether a change of a bitrate is more than noise.
func isWorthTelling(before, now int) bool {
	if (before == 0) != (now == 0) {
		return true
	}
	change := now - before
	return change*20 > before || -change*20 > before
}
