package signaling

import (
	"encoding/json"
	"strings"
	"testing"

	"takoshome/sfu/room"
)

// The relay is an array in both spellings, and nothing where there is none.
func TestIceServers(t *testing.T) {
	with := room.TransportInfo{IceServers: []room.IceServer{
		{URLs: []string{"turn:home.example:8443?transport=tcp"}, Username: "1:tag", Credential: "secret"},
	}}
	const want = `"iceServers":[{"urls":["turn:home.example:8443?transport=tcp"],"username":"1:tag","credential":"secret"}]`
	for _, stringParams := range []bool{false, true} {
		for info, wanted := range map[*room.TransportInfo]string{&with: want, {}: ""} {
			data, err := newTransportData(*info, stringParams)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(data)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(text); !strings.Contains(got, wanted) || wanted == "" && strings.Contains(got, "iceServers") {
				t.Errorf("got %s, want %q", got, wanted)
			}
		}
	}
}
