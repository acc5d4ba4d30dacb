package ortc

import "strings"

// lineTerminators end the part of a MIME type that is looked at.
const lineTerminators = "\n\r\u2028\u2029"

// IsRtx reports whether the codec carries retransmissions (RFC 4588).
func (c RtpCodecParameters) IsRtx() bool { return isRtxMimeType(c.MimeType) }

// IsRtx reports whether the codec carries retransmissions (RFC 4588).
func (c RtpCodecCapability) IsRtx() bool { return isRtxMimeType(c.MimeType) }

func isRtxMimeType(mimeType string) bool {
	const suffix = "/rtx"
	front, found := strings.CutSuffix(lowerASCII(mimeType), suffix)
	return found && front != "" && !endsLine(front)
}

// endsLine reports whether s ends with a line terminator.
func endsLine(s string) bool {
	return strings.TrimRight(s, lineTerminators) != s
}

// kindOfMimeType returns the media kind that a MIME type such as video/VP8
// begins with.
func kindOfMimeType(mimeType string) (MediaKind, error) {
	if mimeType == "" || len(mimeType) > maxTextBytes {
		return "", invalid("mimeType of %d bytes", len(mimeType))
	}
	media, subtype, _ := strings.Cut(mimeType, "/")
	kind := MediaKind(lowerASCII(media))
	if kind != KindAudio && kind != KindVideo {
		return "", invalid("mimeType %q", mimeType)
	}
	if subtype == "" || strings.IndexAny(subtype, lineTerminators) == 0 {
		return "", invalid("mimeType %q", mimeType)
	}
	return kind, nil
}
