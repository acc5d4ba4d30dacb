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
	object        *fyne.Container
	router        *paragraph
	relay, uplink *line
	budget        *progressBar
	uplinkBox     *fyne.Container
	drawn         wayWords
}

func newWayStrip() *wayStrip {
	w := &wayStrip{
		router: newParagraph("", textCaption, theme.ColorNameForeground), relay: newLine("", textCaption, theme.ColorNameForeground),
		uplink: newLine("", textCaption, theme.ColorNameForeground), budget: newProgressBar(),
	}
	w.uplinkBox = container.New(rowLayout{6, 3}, newGlyph("out", colorOutgoing, 16), w.uplink, container.New(widthOf{56}, w.budget.object), container.NewWithoutLayout())
	w.object = newCard(container.New(newFlowLayout(spaceMedium, 0, 620),
		container.New(rowLayout{6, 1}, newGlyph("globe", colorMuted, 16), w.router),
		container.New(rowLayout{6, 1}, newGlyph("share", colorMuted, 16), w.relay),
		w.uplinkBox), 10)
	w.object.Hide()
	return w
}

// update shows words; it says whether they are new.
func (w *wayStrip) update(words wayWords) bool {
	if w.drawn == words {
		return false
	}
	w.drawn = words
	w.router.setText(words.router)
	w.relay.setText(words.relay)
	w.uplink.setText(words.uplink)
	w.budget.set(words.percent, 100)
	setVisible(w.uplinkBox, words.uplink != "")
	setVisible(w.object, words.router != "")
	return true
}

// wayWords are what is known of the way outside; empty ones for nothing.
type wayWords struct {
	router, relay, uplink string
	percent               int // of the uplink that is taken
}

func wayWordsOf(s *app.Snapshot) wayWords {
	o := s.Host.Outside
	if o == nil {
		return wayWords{}
	}
	w := wayWords{router: routerWords(o), relay: tr("way.relayOff")}
	if o.Relay != nil {
		w.relay = trCount("way.relay", relayed(s))
	}
	if r := s.Doctor; r != nil && r.UplinkBps > 0 {
		w.percent = int(float64(s.Totals.OutBps)*100/float64(r.UplinkBps) + 0.5)
		w.uplink = tr("way.uplink", "rate", rate(r.UplinkBps), "percent", strconv.Itoa(w.percent))
	}
	return w
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
