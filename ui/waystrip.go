package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// wayStrip is the row of the panel with the figures of the way outside: what
// the router maps, who uses the relay, and how much of the uplink is taken.
type wayStrip struct {
	object *fyne.Container
	words  *paragraph
}

func newWayStrip() *wayStrip {
	w := &wayStrip{words: newParagraph("", textCaption, theme.ColorNameForeground)}
	w.object = newCard(container.New(rowLayout{10, 1}, newGlyph("globe", colorMuted, 18), w.words), 10)
	w.object.Hide()
	return w
}

// update shows the words of wayWords; it says whether they are new.
func (w *wayStrip) update(words string) bool {
	if w.words.text == words && w.object.Visible() == (words != "") {
		return false
	}
	w.words.setText(words)
	setVisible(w.object, words != "")
	return true
}

// wayWords are what is known of the way outside, "" for nothing.
func wayWords(s *app.Snapshot) string {
	o := s.Host.Outside
	if o == nil {
		return ""
	}
	parts := []string{routerWords(o)}
	if o.Relay == nil {
		parts = append(parts, tr("way.relayOff"))
	} else {
		parts = append(parts, trCount("way.relay", relayed(s)))
	}
	if r := s.Doctor; r != nil && r.UplinkBps > 0 {
		used := float64(s.Totals.OutBps) * 100 / float64(r.UplinkBps)
		parts = append(parts, tr("way.uplink", "rate", rate(r.UplinkBps), "percent", strconv.Itoa(int(used+0.5))))
	}
	return strings.Join(parts, " · ")
}

// relayed counts the people whose media goes through the relay.
func relayed(s *app.Snapshot) int {
	count := 0
	for i := range s.Rooms {
		for j := range s.Rooms[i].Peers {
			for _, t := range s.Rooms[i].Peers[j].Transports {
				if t.Protocol == protocolRelay {
					count++
					break
				}
			}
		}
	}
	return count
}

// routerWords are what the router maps, and at which address.
func routerWords(o *app.Outside) string {
	r := &o.Router
	switch string(r.State) {
	case routerMapped, routerPartly:
	case routerOff:
		return tr("way.routerOff")
	case routerSearching, routerWaiting:
		return tr("way.routerSearching")
	default:
		return tr("way.routerNone")
	}
	var ports []string
	for _, m := range r.Mappings {
		if m.External.IsValid() {
			ports = append(ports, string(m.Proto)+" "+strconv.Itoa(int(m.External.Port())))
		}
	}
	address := none
	if r.External.IsValid() {
		address = r.External.String()
	}
	return tr("way.router", "via", methodName(string(r.Via)), "address", address, "ports", strings.Join(distinctWords(ports), ", "))
}

// distinctWords are the words of a list, each once.
func distinctWords(words []string) []string {
	seen := make(map[string]bool, len(words))
	var once []string
	for _, word := range words {
		if !seen[word] {
			seen[word] = true
			once = append(once, word)
		}
	}
	return once
}

// methodName is how routers' makers call a way to ask.
func methodName(via string) string {
	switch via {
	case "pcp":
		return "PCP"
	case "natpmp":
		return "NAT-PMP"
	case "upnp":
		return "UPnP"
	default:
		return none
	}
}
