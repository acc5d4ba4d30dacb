package codec

// Chroma formats of ITU-T H.264 table 6-1.
const (
	chroma420 = 1
	chroma422 = 2
	chroma444 = 3
)

// readSps finds the picture's size in a sequence parameter set (ITU-T H.264
// §7.3.2.1.1), given without its NAL unit header.
func (i *Info) readSps(sps []byte) {
	r := bitReader{data: sps, skipEmulation: true}
	profile := r.bits(8)
	r.bits(16) // constraints, level
	r.ue()     // id
	chroma := uint32(chroma420)
	if hasChromaFormat(profile) {
		chroma = r.spsChroma()
	}
	r.ue() // log2_max_frame_num_minus4
	r.skipPictureOrder()
	r.ue()   // max_num_ref_frames
	r.flag() // gaps_in_frame_num_value_allowed_flag

	width := 16 * (uint64(r.ue()) + 1)
	height := 16 * (uint64(r.ue()) + 1)
	cropX, cropY := cropUnits(chroma)
	if framesOnly := r.flag(); !framesOnly {
		r.flag() // mb_adaptive_frame_field_flag
		height *= 2
		cropY *= 2
	}
	r.flag() // direct_8x8_inference_flag
	if r.flag() {
		width = crop(width, cropX, r.ue(), r.ue())
		height = crop(height, cropY, r.ue(), r.ue())
	}
	if !r.failed {
		i.setSize(width, height)
	}
}

// hasChromaFormat tells the profiles whose parameters name the chroma format.
func hasChromaFormat(profile uint32) bool {
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		return true
	}
	return false
}

// spsChroma reads the high profiles' fields and returns ChromaArrayType: with
// separate planes each is coded as if it were monochrome (0).
func (r *bitReader) spsChroma() (chroma uint32) {
	chroma = r.ue()
	lists := 8
	separatePlanes := false
	if chroma == chroma444 {
		lists = 12
		separatePlanes = r.flag()
	}
	r.ue()   // bit_depth_luma_minus8
	r.ue()   // bit_depth_chroma_minus8
	r.flag() // qpprime_y_zero_transform_bypass_flag
	if r.flag() {
		for list := range lists {
			if r.flag() {
				r.skipScalingList(list)
			}
		}
	}
	if separatePlanes {
		return 0
	}
	return chroma
}

// skipScalingList goes over one list (ITU-T H.264 §7.3.2.1.1.1): it ends early
// where the next scale becomes 0.
func (r *bitReader) skipScalingList(list int) {
	size := 16
	if list >= 6 {
		size = 64
	}
	last, next := int32(8), int32(8)
	for range size {
		if r.failed {
			return
		}
		if next != 0 {
			next = (last + r.se()) & 0xff
		}
		if next != 0 {
			last = next
		}
	}
}

// skipPictureOrder goes over what orders pictures for output.
func (r *bitReader) skipPictureOrder() {
	switch r.ue() {
	case 0:
		r.ue() // log2_max_pic_order_cnt_lsb_minus4
	case 1:
		r.flag() // delta_pic_order_always_zero_flag
		r.ue()   // offset_for_non_ref_pic
		r.ue()   // offset_for_top_to_bottom_field
		for offsets := min(r.ue(), 255); offsets > 0 && !r.failed; offsets-- {
			r.ue() // offset_for_ref_frame
		}
	}
}

// cropUnits are the pixels that one step of cropping takes away, for frames.
func cropUnits(chroma uint32) (x, y uint64) {
	switch chroma {
	case chroma420:
		return 2, 2
	case chroma422:
		return 2, 1
	}
	return 1, 1
}

// crop yields 0, an unknown size, where nothing would be left.
func crop(size, unit uint64, before, after uint32) uint64 {
	cut := unit * (uint64(before) + uint64(after))
	if cut >= size {
		return 0
	}
	return size - cut
}
