package assembly

import "takoshome/sfu/codec"

// Bits of the first byte of the VP9 payload descriptor (RFC 9628 §4.2):
//
//	+-+-+-+-+-+-+-+-+
//	|I|P|L|F|B|E|V|Z|
//	+-+-+-+-+-+-+-+-+
const (
	vp9PictureID = 0x80
	vp9Predicted = 0x40
	vp9Layers    = 0x20
	vp9Flexible  = 0x10
	vp9Begin     = 0x08
	vp9Structure = 0x02
)

func readVp9(data []byte) (p payload, ok bool) {
	body, ok := skipVp9Descriptor(data)
	if !ok || len(body) == 0 {
		return payload{}, false
	}
	begins := data[0]&vp9Begin != 0
	info := codec.ParserFor("video/VP9")(data)
	return payload{start: begins, layer: begins, key: info.KeyFrame, body: clone(body)}, true
}

// skipVp9Descriptor returns what follows the descriptor: PictureID, layer
// indices, reference indices and the scalability structure, each where the first
// byte says so.
func skipVp9Descriptor(data []byte) (rest []byte, ok bool) {
	if len(data) < 1 {
		return nil, false
	}
	first, rest := data[0], data[1:]
	if first&vp9PictureID != 0 {
		if rest, ok = skipPictureID(rest); !ok {
			return nil, false
		}
	}
	if first&vp9Layers != 0 {
		size := 2
		if first&vp9Flexible != 0 {
			size = 1
		}
		if len(rest) < size {
			return nil, false
		}
		rest = rest[size:]
	}
	if first&(vp9Predicted|vp9Flexible) == vp9Predicted|vp9Flexible {
		if rest, ok = skipVp9References(rest); !ok {
			return nil, false
		}
	}
	if first&vp9Structure != 0 {
		return skipVp9Structure(rest)
	}
	return rest, true
}

// skipVp9References drops up to three bytes, of which the last bit tells whether
// another one follows.
func skipVp9References(data []byte) (rest []byte, ok bool) {
	for range 3 {
		if len(data) < 1 {
			return nil, false
		}
		more := data[0]&0x01 != 0
		if data = data[1:]; !more {
			break
		}
	}
	return data, true
}

// skipVp9Structure drops the scalability structure (RFC 9628 §4.2.1):
//
//	+-+-+-+-+-+-+-+-+
//	| N_S |Y|G| RES |  then 4 bytes for each of N_S + 1 layers if Y, and N_G
//	+-+-+-+-+-+-+-+-+  pictures with 0 to 3 references each if G
func skipVp9Structure(data []byte) (rest []byte, ok bool) {
	if len(data) < 1 {
		return nil, false
	}
	first, rest := data[0], data[1:]
	if first&0x10 != 0 {
		size := 4 * (int(first>>5) + 1)
		if len(rest) < size {
			return nil, false
		}
		rest = rest[size:]
	}
	if first&0x08 == 0 {
		return rest, true
	}
	if len(rest) < 1 {
		return nil, false
	}
	pictures, rest := int(rest[0]), rest[1:]
	for range pictures {
		if len(rest) < 1 {
			return nil, false
		}
		size := 1 + int(rest[0]>>2&0x03)
		if len(rest) < size {
			return nil, false
		}
		rest = rest[size:]
	}
	return rest, true
}
