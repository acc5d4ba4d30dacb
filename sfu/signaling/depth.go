package signaling

// maxDepth bounds how deep objects and arrays of a message may nest.
const maxDepth = 32

// tooDeep reports whether JSON text opens more than maxDepth brackets at once.
// It only counts: what is no JSON is found by the decoder.
func tooDeep(text []byte) bool {
	depth, quoted, escaped := 0, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = c == '\\'
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
