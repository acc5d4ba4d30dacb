package ortc

import "slices"

// Clone returns a copy that shares nothing.
func (c RtpCapabilities) Clone() RtpCapabilities {
	return RtpCapabilities{
		Codecs:           cloneEach(c.Codecs, RtpCodecCapability.Clone),
		HeaderExtensions: cloneEach(c.HeaderExtensions, asIs),
	}
}

// Clone returns a copy that shares nothing.
func (c RtpCodecCapability) Clone() RtpCodecCapability {
	c.Parameters = c.Parameters.clone()
	c.RtcpFeedback = cloneEach(c.RtcpFeedback, asIs)
	return c
}

// Clone returns a copy that shares nothing.
func (p RtpParameters) Clone() RtpParameters {
	p.Codecs = cloneEach(p.Codecs, RtpCodecParameters.Clone)
	p.HeaderExtensions = cloneEach(p.HeaderExtensions, RtpHeaderExtensionParameters.clone)
	p.Encodings = cloneEach(p.Encodings, RtpEncodingParameters.clone)
	p.Rtcp = p.Rtcp.clone()
	return p
}

// Clone returns a copy that shares nothing.
func (c RtpCodecParameters) Clone() RtpCodecParameters {
	c.Parameters = c.Parameters.clone()
	c.RtcpFeedback = cloneEach(c.RtcpFeedback, asIs)
	return c
}

func (e RtpHeaderExtensionParameters) clone() RtpHeaderExtensionParameters {
	e.Parameters = e.Parameters.clone()
	return e
}

func (e RtpEncodingParameters) clone() RtpEncodingParameters {
	e.CodecPayloadType = cloneValue(e.CodecPayloadType)
	e.Rtx = cloneValue(e.Rtx)
	return e
}

func (r RtcpParameters) clone() RtcpParameters {
	r.ReducedSize = cloneValue(r.ReducedSize)
	return r
}

// cloneEach never returns nil: JSON has [] for it then, as mediasoup.
func cloneEach[T any](list []T, clone func(T) T) []T {
	out := make([]T, 0, len(list))
	for _, element := range list {
		out = append(out, clone(element))
	}
	return out
}

func cloneValue[T any](p *T) *T {
	if p == nil {
		return nil
	}
	value := *p
	return &value
}

func asIs[T any](value T) T { return value }

// filter returns the elements to keep in a list of its own, never nil.
func filter[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(cloneEach(list, asIs), func(element T) bool { return !keep(element) })
}
