package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"takoshome/app"
)

// States and verdicts of an examination, as package doctor names them.
const (
	checkPassed  = "pass"
	checkWarned  = "warn"
	checkFailed  = "fail"
	checkUnknown = "unknown"

	verdictOpen     = "open"
	verdictPartly   = "partly"
	verdictClosed   = "closed"
	verdictUntested = "untested"
	verdictHome     = "home"
	verdictLocal    = "local"
	verdictOffline  = "offline"
	verdictBroken   = "broken"
)

// face is an icon with its colour, and the ground behind it.
type face struct {
	icon      string
	ink, tint fyne.ThemeColorName
}

// stateFace is how a state of a check looks: never by its colour alone.
func stateFace(state string) face {
	switch state {
	case checkPassed:
		return face{"pass", colorGood, colorGoodTint}
	case checkWarned:
		return face{"warn", colorWarn, colorWarnTint}
	case checkFailed:
		return face{"fail", colorBad, colorBadTint}
	default:
		return face{"unknown", colorMuted, colorGrayTint}
	}
}

// stateWord is a state in one word.
func stateWord(state string) string {
	switch state {
	case checkPassed:
		return tr("doctor.state.pass")
	case checkWarned:
		return tr("doctor.state.warn")
	case checkFailed:
		return tr("doctor.state.fail")
	default:
		return tr("doctor.state.unknown")
	}
}

// verdictWords are the title and the sentence of a verdict, and how it looks.
func verdictWords(verdict string) (title, words string, l face) {
	switch verdict {
	case verdictOpen:
		return tr("doctor.verdict.open"), tr("doctor.verdict.open.words"), face{"doctor", colorGood, colorGoodTint}
	case verdictPartly:
		return tr("doctor.verdict.partly"), tr("doctor.verdict.partly.words"), face{"doctor", colorWarn, colorWarnTint}
	case verdictClosed:
		return tr("doctor.verdict.closed"), tr("doctor.verdict.closed.words"), face{"doctor", colorBad, colorBadTint}
	case verdictUntested:
		return tr("doctor.verdict.untested"), tr("doctor.verdict.untested.words"), face{"doctor", colorWarn, colorWarnTint}
	case verdictHome:
		return tr("doctor.verdict.home"), tr("doctor.verdict.home.words"), face{"doctor", colorWarn, colorWarnTint}
	case verdictLocal:
		return tr("doctor.verdict.local"), tr("doctor.verdict.local.words"), face{"doctor", colorMuted, colorGrayTint}
	case verdictOffline:
		return tr("doctor.verdict.offline"), tr("doctor.verdict.offline.words"), face{"doctor", colorBad, colorBadTint}
	default:
		return tr("doctor.verdict.broken"), tr("doctor.verdict.broken.words"), face{"doctor", colorBad, colorBadTint}
	}
}

// examined says when an examination was, and who tried from outside.
func examined(r *app.DoctorReport, now time.Time) string {
	at := moment(r.At, now)
	if len(r.Asked) == 0 {
		return tr("doctor.page.examined", "at", at)
	}
	asked := make([]string, len(r.Asked))
	for i, who := range r.Asked {
		asked[i] = abridged(shown(who))
	}
	return tr("doctor.page.examinedBy", "at", at, "who", joinWords(asked))
}

// checkTitle names a check.
func checkTitle(f app.Finding) string {
	if key := "doctor.check." + string(f.Check); known(key) {
		return trArgs(key, nil)
	}
	return shown(string(f.Check))
}

// meaning is what a finding means, and advice what to do about it; what is fine
// has neither.
func meaning(f app.Finding) string { return findingText(f, ".means") }
func advice(f app.Finding) string  { return findingText(f, ".do") }

func findingText(f app.Finding, part string) string {
	if string(f.State) == checkPassed {
		return ""
	}
	return sentence(f.Key+part, f.Args)
}

// reportText is an examination to paste into a message to somebody who helps.
func reportText(r *app.DoctorReport) string {
	title, words, _ := verdictWords(string(r.Verdict))
	var b strings.Builder
	say := func(indent string, lines ...string) {
		for _, line := range lines {
			if line != "" {
				b.WriteString(indent + line + "\n")
			}
		}
	}
	say("", tr("doctor.page.reportTitle", "at", r.At.Format(time.RFC3339)), inOne(title, words), examined(r, r.At))
	for _, f := range r.Findings {
		say("\n", "["+stateWord(string(f.State))+"] "+checkTitle(f))
		say("  ", sentence(f.Key, f.Args), meaning(f), advice(f))
	}
	return b.String()
}
