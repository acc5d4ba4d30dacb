package assembly

// vp9Size finds the size that a VP9 frame's uncompressed header gives, 0 where
// it keeps that of an earlier frame (VP9 bitstream specification §6.2). Unlike
// other formats, VP9 can change the size in any frame.
func vp9Size(frame []byte) (width, height int) {
	const frameMarker = 2
	r := bits{data: frame}
	if r.read(2) != frameMarker {
		return 0, 0
	}
	profile := r.read(1) | r.read(1)<<1
	if profile == 3 {
		r.read(1)
	}
	if showExisting := r.read(1); showExisting == 1 {
		return 0, 0
	}
	inter, show, resilient := r.read(1) == 1, r.read(1) == 1, r.read(1) == 1
	switch {
	case !inter:
		r.read(24) // the sync code
		r.skipVp9Colors(profile)
	case r.readVp9IntraOnly(show, resilient):
		r.read(24)
		if profile > 0 {
			r.skipVp9Colors(profile)
		}
		r.read(8) // frames to be refreshed
	default:
		r.read(8 + 3*4) // the same, and three references
		for range 3 {
			if r.read(1) == 1 { // the size is that reference's
				return 0, 0
			}
		}
	}
	width, height = r.read(16)+1, r.read(16)+1
	if r.failed {
		return 0, 0
	}
	return width, height
}

func (r *bits) readVp9IntraOnly(show, resilient bool) bool {
	intraOnly := !show && r.read(1) == 1
	if !resilient {
		r.read(2)
	}
	return intraOnly
}

func (r *bits) skipVp9Colors(profile int) {
	const rgb = 7
	if profile >= 2 {
		r.read(1)
	}
	isRgb, subsampled := r.read(3) == rgb, profile&1 == 1
	switch {
	case isRgb && subsampled:
		r.read(1)
	case !isRgb && subsampled:
		r.read(4)
	case !isRgb:
		r.read(1)
	}
}

// bits reads the most significant bit first; beyond the end there are zeros.
type bits struct {
	data   []byte
	at     int
	failed bool
}

func (r *bits) read(n int) (value int) {
	for range n {
		value <<= 1
		if r.at/8 >= len(r.data) {
			r.failed = true
			continue
		}
		value |= int(r.data[r.at/8]>>(7-r.at%8)) & 1
		r.at++
	}
	return value
}
