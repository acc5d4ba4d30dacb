package ortc

import "strings"

// ParseScalabilityMode reads a mode such as L1T3, S3T3 or L3T3_KEY
// (https://www.w3.org/TR/webrtc-svc/#scalabilitymodes*). One layer of each
// kind is the answer to anything else.
func ParseScalabilityMode(mode string) ScalabilityMode {
	single := ScalabilityMode{SpatialLayers: 1, TemporalLayers: 1}
	if mode == "" || (mode[0] != 'L' && mode[0] != 'S') {
		return single
	}
	spatial, rest := parseLayers(mode[1:])
	if spatial == 0 || !strings.HasPrefix(rest, "T") {
		return single
	}
	temporal, rest := parseLayers(rest[1:])
	if temporal == 0 {
		return single
	}
	return ScalabilityMode{
		SpatialLayers:  spatial,
		TemporalLayers: temporal,
		Ksvc:           strings.HasPrefix(rest, "_KEY"),
	}
}

// parseLayers reads a number from 1 to 99 at the start of s; 0 means none.
func parseLayers(s string) (layers uint8, rest string) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, s
	}
	layers, s = s[0]-'0', s[1:]
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		layers, s = 10*layers+s[0]-'0', s[1:]
	}
	return layers, s
}
