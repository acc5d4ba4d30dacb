package sockets

// IsTooDeep reports whether JSON text opens more than depth brackets at once. It
// only counts: what is no JSON is found by the decoder.
func IsTooDeep(text []byte, depth int) bool {
	open, quoted, escaped := 0, false, false
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
			if open++; open > depth {
				return true
			}
		case c == '}' || c == ']':
			open--
		}
	}
	return false
}
