package codec

// readSequenceHeader finds the largest picture's size (AV1 bitstream
// specification §5.5.1).
func (i *Info) readSequenceHeader(body []byte) {
	r := bitReader{data: body}
	r.bits(4) // seq_profile, still_picture
	if reduced := r.flag(); reduced {
		r.bits(5) // seq_level_idx
	} else {
		r.skipOperatingPoints()
	}
	widthBits := uint8(r.bits(4)) + 1
	heightBits := uint8(r.bits(4)) + 1
	width := uint64(r.bits(widthBits)) + 1
	height := uint64(r.bits(heightBits)) + 1
	if !r.failed {
		i.setSize(width, height)
	}
}

// skipOperatingPoints goes over timing and operating points (§5.5.1, §5.5.3,
// §5.5.4).
func (r *bitReader) skipOperatingPoints() {
	delayBits := uint8(0) // 0: no decoder model
	if timing := r.flag(); timing {
		r.skipTimingInfo()
		if decoderModel := r.flag(); decoderModel {
			delayBits = uint8(r.bits(5)) + 1
			r.bits(32) // num_units_in_decoding_tick
			r.bits(10) // lengths of other fields
		}
	}
	displayDelay := r.flag()
	for points := r.bits(5) + 1; points > 0 && !r.failed; points-- {
		r.skipOperatingPoint(delayBits, displayDelay)
	}
}

func (r *bitReader) skipOperatingPoint(delayBits uint8, displayDelay bool) {
	r.bits(12) // operating_point_idc
	if level := r.bits(5); level > 7 {
		r.flag() // seq_tier
	}
	if delayBits > 0 && r.flag() {
		r.bits(delayBits) // decoder_buffer_delay
		r.bits(delayBits) // encoder_buffer_delay
		r.flag()          // low_delay_mode_flag
	}
	if displayDelay && r.flag() {
		r.bits(4) // initial_display_delay_minus_1
	}
}

func (r *bitReader) skipTimingInfo() {
	r.bits(32) // num_units_in_display_tick
	r.bits(32) // time_scale
	if equalInterval := r.flag(); equalInterval {
		// A uvlc (§4.10.3): zeros, a one, as many bits; 32 zeros end it.
		if zeros := r.leadingZeros(); zeros < 32 {
			r.bits(zeros)
		}
	}
}
