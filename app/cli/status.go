package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"takoshome/app"
	"takoshome/app/control"
	"takoshome/sfu"
	"takoshome/sfu/room"
)

const nothing = "–"

// printStatus shows a snapshot to people.
func (s *session) printStatus(snapshot *app.Snapshot) error {
	var text bytes.Buffer
	say := func(key string, pairs ...string) { text.WriteString(s.words.say(key, pairs...) + "\n") }
	host := snapshot.Host
	say("status.host."+string(host.State), "http", host.HTTP, "rtc", host.RTC)
	if len(host.Announced) > 0 {
		say("status.announced", "addresses", strings.Join(host.Announced, ", "))
	}
	// Where there is no network at all, that says it.
	isAlone := host.Outside != nil && !host.Outside.Online && len(host.Outside.Interfaces) == 0
	if _, ok := s.words["status.reach."+string(host.Reach)]; ok && !isAlone {
		say("status.reach." + string(host.Reach))
	}
	if host.Outside != nil {
		s.printOutside(say, host.Outside)
	}
	s.printCertificates(say, host)
	if host.Port != nil {
		printPort(say, host.Port)
	}
	if n := len(snapshot.Invitations); n > 0 {
		say("status.invitations", "count", strconv.Itoa(n))
	}
	if len(snapshot.Rooms) == 0 {
		say("status.empty")
	} else {
		say("status.totals",
			"people", strconv.Itoa(snapshot.Totals.People),
			"in", bitrate(snapshot.Totals.InBps),
			"out", bitrate(snapshot.Totals.OutBps),
			"cpu", fmt.Sprintf("%.1f %%", snapshot.Totals.CPUPercent))
	}
	s.printPeople(say, snapshot)
	s.printCall(say, &snapshot.Call)
	for _, r := range snapshot.Rooms {
		text.WriteString("\n")
		say("status.room", "room", plain(r.ID), "type", s.words.say("call."+string(r.CallType)))
		s.printRoom(&text, r)
	}
	_, err := s.Stdout.Write(text.Bytes())
	return err
}

// printPort tells how the media port carries packets, and what this computer has
// lost of them.
func printPort(say func(key string, pairs ...string), p *app.Port) {
	count := func(n uint64) string { return strconv.FormatUint(n, 10) }
	say("status.port", "readers", strconv.Itoa(p.Readers), "calls", p.Uses.String())
	if t := p.Tcp; t != nil {
		say("status.port.tcp", "connections", strconv.Itoa(t.Connections), "refused", count(t.Refused), "dropped", count(t.Dropped))
	} else {
		say("status.port.noTcp")
	}
	if in, out := p.ReadDrops+p.ReadErrors+p.Oversized, p.SendErrors; in+out > 0 {
		say("status.port.lost", "in", count(in), "out", count(out), "full", count(p.SendsFull))
	}
}

// printPeople tells who one is, and what others want of one.
func (s *session) printPeople(say func(key string, pairs ...string), snapshot *app.Snapshot) {
	who := snapshot.Identity
	if _, ok := s.words["status.identity."+string(who.State)]; ok {
		say("status.identity."+string(who.State), "id", plain(cmp.Or(who.ID, who.Name)))
	}
	var asked []string
	for _, f := range snapshot.People.Friends {
		if f.State == "asked" {
			asked = append(asked, plain(string(f.ID)))
		}
	}
	if len(asked) > 0 {
		say("status.asked", "who", strings.Join(asked, ", "))
	}
	if n := snapshot.People.Missed; n > 0 {
		say("status.missed", "count", strconv.Itoa(n))
	}
	for _, call := range snapshot.Call.Incoming {
		say("status.incoming", "who", plain(caller(call)))
	}
	if o := snapshot.People.Outgoing; o != nil && !isOver(o.State) {
		key := "status.outgoing"
		if o.State == control.CallAccepted {
			key = "status.answered"
		}
		say(key, "who", plain(cmp.Or(o.Title, o.Peer)), "id", plain(o.Peer))
	}
}

// printCall tells of the call that the person takes part in, if there is one.
func (s *session) printCall(say func(key string, pairs ...string), c *app.Call) {
	key := "status.call." + string(c.State)
	if _, ok := s.words[key]; !ok {
		return // no call
	}
	room, microphone := plain(c.Room), s.words.say("status.microphone.on")
	if room == "" {
		room = s.words.say("status.call.unknownRoom")
	}
	switch {
	case c.Me.Muted:
		microphone = s.words.say("status.microphone.muted")
	case c.Me.PushToTalk && !c.Me.Talking:
		microphone = s.words.say("status.microphone.pushToTalk")
	}
	say(key, "room", room, "host", plain(c.Host), "people", strconv.Itoa(len(c.People)), "microphone", microphone)
}

func (s *session) printRoom(text *bytes.Buffer, r app.Room) {
	var t table
	t.row(strings.Split(s.words.say("status.columns"), "\t")...)
	for _, p := range r.Peers {
		name := plain(p.ID)
		switch {
		case !p.Connected:
			name = s.words.say("status.away", "peer", name)
		case p.Unstable:
			name = s.words.say("status.unstable", "peer", name)
		}
		if len(p.Producers)+len(p.Consumers) == 0 {
			t.row(name, nothing)
		}
		for _, producer := range p.Producers {
			t.row(append([]string{name, s.words.say("status.sends", "kind", s.kindOf(producer))}, producerCells(producer)...)...)
		}
		for _, c := range p.Consumers {
			gets := s.words.say("status.gets", "kind", s.words.say("kind."+string(c.Kind)), "peer", plain(c.ProducerPeerID))
			t.row(append([]string{name, gets}, consumerCells(c)...)...)
		}
	}
	t.writeTo(text)
}

func (s *session) kindOf(p sfu.ProducerStats) string {
	kind := s.words.say("kind." + string(p.Kind))
	if p.Source != "" {
		kind += " (" + plain(p.Source) + ")"
	}
	return kind
}

// producerCells tells of the largest layer what has to be told of one.
func producerCells(p sfu.ProducerStats) []string {
	size, lost, roundTrip := nothing, nothing, nothing
	for _, layer := range p.Layers {
		if layer.Width > 0 {
			size = fmt.Sprintf("%d×%d", layer.Width, layer.Height)
		}
		lost = percent(layer.FractionLost)
		roundTrip = milliseconds(layer.RoundTripTimeMs)
	}
	return []string{codec(p.MimeType), size, bitrate(p.BitrateBps), lost, roundTrip, strconv.Itoa(int(p.Score))}
}

func consumerCells(c room.ConsumerSnapshot) []string {
	return []string{
		codec(c.MimeType), nothing, bitrate(c.Stream.BitrateBps), percent(c.Stream.FractionLost),
		milliseconds(c.Stream.RoundTripTimeMs), strconv.Itoa(int(c.Score)),
	}
}

func codec(mimeType string) string {
	_, name, _ := strings.Cut(mimeType, "/")
	return name
}

func bitrate(bps uint64) string { return fmt.Sprintf("%d kbit/s", (bps+500)/1000) }

func percent(fraction float64) string { return fmt.Sprintf("%.1f %%", 100*fraction) }

func milliseconds(ms float64) string {
	if ms <= 0 {
		return nothing
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// plain keeps what a friend has chosen from moving the terminal's cursor. The
// host takes no such names; this is for those of an older or a newer one.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return -1
	}, s)
}
