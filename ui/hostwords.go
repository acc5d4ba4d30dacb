package ui

import (
	"net"
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"takoshome/app"
)

// hostWords is the state of the host as a neighbour would say it.
type hostWords struct {
	title, sentence string
	ink, tint       fyne.ThemeColorName // of the octopus and the ground behind it
	details         []detail
}

// detail is one more sentence, with an icon.
type detail struct {
	icon string
	text string
	ink  fyne.ThemeColorName
}

// wordsOf describes the host of a snapshot, at a moment.
func wordsOf(s *app.Snapshot, now time.Time) hostWords {
	switch s.Host.State {
	case app.HostStarting:
		return hostWords{tr("host.starting.title"), tr("host.starting.sentence"), colorMuted, colorGrayTint, nil}
	case app.HostStopping:
		return hostWords{tr("host.stopping.title"), tr("host.stopping.sentence"), colorMuted, colorGrayTint, nil}
	case app.HostFailed:
		return hostWords{tr("host.failed.title"), tr("host.failed.sentence"), colorBad, colorBadTint, nil}
	case app.HostRunning:
		return runningWords(s, now)
	default:
		return hostWords{tr("host.stopped.title"), tr("host.stopped.sentence"), colorMuted, colorGrayTint, nil}
	}
}

func runningWords(s *app.Snapshot, now time.Time) hostWords {
	title, sentence := reachWords(s)
	words := hostWords{title: title, sentence: sentence, ink: colorAccent, tint: colorTint}
	if s.Totals.People > 0 {
		words.title, words.sentence = trCount("host.inCall", s.Totals.People), title
	}
	words.details = []detail{
		{"globe", tr("host.web", "address", s.Host.HTTP, "port", portOfURL(s.Host.HTTP)), colorMuted},
		mediaDetail(s.Host),
	}
	if d, ok := testedDetail(s, now); ok {
		words.details = append(words.details, d)
	}
	if d, ok := tlsDetail(&s.Host, now); ok {
		words.details = append(words.details, d)
	}
	if d, ok := nameDetail(s, now); ok {
		words.details = append(words.details, d)
	}
	return words
}

func mediaDetail(h app.Host) detail {
	port := portOf(h.RTC)
	if len(h.Announced) == 0 {
		return detail{"media", tr("host.mediaBare", "port", port), colorMuted}
	}
	return detail{"media", tr("host.media", "port", port, "addresses", joinWords(h.Announced)), colorMuted}
}

// tlsDetail says what the kind of certificate means for friends.
func tlsDetail(h *app.Host, now time.Time) (detail, bool) {
	switch {
	case h.TLS == "off" && h.Reach != app.ReachComputer:
		return detail{"warn", tr("host.tlsOff"), colorWarn}, true
	case h.TLS == "self-signed":
		return detail{"lock", tr("host.tlsSelfSigned"), colorMuted}, true
	case h.TLS == "acme":
		return certificateDetail(h, now)
	default:
		return detail{}, false
	}
}

// joinWords lists at most three words of many.
func joinWords(words []string) string {
	const most = 3
	if len(words) > most {
		return strings.Join(words[:most], tr("list.separator")) + " ..."
	}
	return strings.Join(words, tr("list.separator"))
}

func portOf(hostPort string) string {
	_, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return hostPort
	}
	return port
}

// portOfURL is the port of a base URL, the scheme's own where it names none.
func portOfURL(base string) string {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return none
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	default:
		return "443"
	}
}
