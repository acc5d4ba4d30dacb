package ui

import (
	"strconv"
	"strings"
	"time"

	"takoshome/app"
)

// figure is one line of the details: a name in plain words or the field's own,
// and its value.
type figure struct{ label, value string }

// section is a group of figures with a heading.
type section struct {
	title   string
	figures []figure
}

// figuresOf returns everything that is known about a row.
func figuresOf(s *app.Snapshot, n node, now time.Time) []section {
	for i := range s.Rooms {
		r := &s.Rooms[i]
		if r.ID != n.room {
			continue
		}
		if n.kind == nodeRoom {
			return roomFigures(r, n)
		}
		for j := range r.Peers {
			if r.Peers[j].ID == n.peer {
				return peerFigures(r, j, n, now)
			}
		}
	}
	return nil
}

func roomFigures(r *app.Room, n node) []section {
	return []section{{title: tr("figure.room"), figures: []figure{
		{tr("figure.callType"), callTypeName(string(r.CallType))},
		{tr("figure.people"), strconv.Itoa(len(r.Peers))},
		{tr("figure.in"), rate(n.inBps)},
		{tr("figure.out"), rate(n.outBps)},
	}}}
}

func peerFigures(r *app.Room, index int, n node, now time.Time) []section {
	p := &r.Peers[index]
	switch n.kind {
	case nodeProducer:
		for i := range p.Producers {
			if p.Producers[i].ID == n.object {
				return producerFigures(r, index, i)
			}
		}
		return nil
	case nodeConsumer:
		for i := range p.Consumers {
			if p.Consumers[i].ID == n.object {
				return consumerFigures(r, index, i)
			}
		}
		return nil
	}
	connection := tr("figure.connected")
	if !p.Connected {
		connection = tr("figure.mayReturn")
	} else if p.Unstable {
		connection = tr("figure.unstable")
	}
	sections := []section{{title: tr("figure.person"), figures: []figure{
		{tr("figure.connection"), connection},
		{tr("figure.joined"), moment(time.UnixMilli(p.JoinedAt), now)},
		{tr("figure.in"), rate(n.inBps)},
		{tr("figure.out"), rate(n.outBps)},
	}}}
	for i := range p.Transports {
		sections = append(sections, transportFigures(r, index, i))
	}
	return sections
}

func transportFigures(r *app.Room, peer, index int) section {
	t := &r.Peers[peer].Transports[index]
	title := tr("figure.transportSend")
	if t.Direction == "recv" {
		title = tr("figure.transportRecv")
	}
	return section{title: title, figures: []figure{
		{"ICE", t.IceState},
		{"DTLS", t.DtlsState},
		{tr("figure.address"), orNone(t.Tuple)},
		{tr("figure.protocol"), protocolName(t.Protocol)},
		{"SRTP", orNone(t.SrtpProfile)},
		{tr("figure.roundTrip"), withUnit(millis(t.RoundTripTimeMs), "ms")},
		{tr("figure.in"), rate(t.RecvBitrateBps) + " · " + dataSize(t.RecvByteCount)},
		{tr("figure.out"), rate(t.SendBitrateBps) + " · " + dataSize(t.SendByteCount)},
		{tr("figure.dropped"), groupDigits(t.DroppedPackets)},
	}}
}

func producerFigures(r *app.Room, peer, index int) []section {
	p := &r.Peers[peer].Producers[index]
	sections := []section{{title: "Producer", figures: []figure{
		{tr("figure.codec"), p.MimeType},
		{tr("figure.type"), p.Type},
		{tr("figure.rate"), rate(p.BitrateBps)},
		{tr("figure.score"), strconv.Itoa(int(p.Score)) + " / 10"},
		{tr("figure.id"), p.ID},
	}}}
	for i := range p.Layers {
		l := &p.Layers[i]
		title := tr("figure.stream")
		if l.Rid != "" {
			title = tr("figure.layer", "rid", l.Rid)
		}
		figures := []figure{{tr("figure.rate"), rate(l.BitrateBps)}}
		if l.Width > 0 {
			figures = append(figures, figure{tr("figure.resolution"), size(l.Width, l.Height)})
		}
		st := &l.Stats
		figures = append(figures, streamFigures(streamCounts{
			ssrc: st.Ssrc, rtxSsrc: st.RtxSsrc, packets: st.PacketCount, bytes: st.ByteCount, lost: st.PacketsLost,
			lossPercent: st.FractionLost * 100, jitterMs: st.JitterMs, rttMs: st.RoundTripTimeMs,
			repeated: st.PacketsRetransmitted, nack: st.NackCount, pli: st.PliCount, fir: st.FirCount,
		})...)
		sections = append(sections, section{title: title, figures: figures})
	}
	return sections
}

func consumerFigures(r *app.Room, peer, index int) []section {
	c := &r.Peers[peer].Consumers[index]
	layer := none
	if c.Layer >= 0 {
		layer = strconv.Itoa(c.Layer)
	}
	st := &c.Stream
	return []section{
		{title: "Consumer", figures: []figure{
			{tr("figure.from"), shown(c.ProducerPeerID)},
			{tr("figure.codec"), c.MimeType},
			{tr("figure.rate"), rate(st.BitrateBps)},
			{tr("figure.score"), strconv.Itoa(int(c.Score)) + " / 10"},
			{tr("figure.forwarded"), layer},
			{tr("figure.id"), c.ID},
		}},
		{title: tr("figure.stream"), figures: streamFigures(streamCounts{
			ssrc: st.Ssrc, rtxSsrc: st.RtxSsrc, packets: st.PacketCount, bytes: st.ByteCount, lost: st.PacketsLost,
			lossPercent: st.FractionLost * 100, jitterMs: st.JitterMs, rttMs: st.RoundTripTimeMs,
			repeated: st.PacketsRetransmitted, nack: st.NackCount, pli: st.PliCount, fir: st.FirCount,
		})},
	}
}

// streamCounts are the figures of one RTP stream.
type streamCounts struct {
	ssrc, rtxSsrc                uint32
	packets, bytes               uint64
	lost                         int64
	lossPercent, jitterMs, rttMs float64
	repeated, nack, pli, fir     uint64
}

func streamFigures(s streamCounts) []figure {
	figures := []figure{
		{"SSRC", strconv.FormatUint(uint64(s.ssrc), 10)},
	}
	if s.rtxSsrc != 0 {
		figures = append(figures, figure{"RTX SSRC", strconv.FormatUint(uint64(s.rtxSsrc), 10)})
	}
	return append(figures,
		figure{tr("figure.packets"), groupDigits(s.packets) + " · " + dataSize(s.bytes)},
		figure{tr("figure.lost"), strconv.FormatInt(s.lost, 10) + " · " + percent(s.lossPercent) + " %"},
		figure{tr("figure.jitter"), withUnit(millis(s.jitterMs), "ms")},
		figure{tr("figure.roundTrip"), withUnit(millis(s.rttMs), "ms")},
		figure{tr("figure.repeated"), groupDigits(s.repeated)},
		figure{"NACK · PLI · FIR", groupDigits(s.nack) + " · " + groupDigits(s.pli) + " · " + groupDigits(s.fir)},
	)
}

// protocolName is how a transport's packets travel.
func protocolName(protocol string) string {
	if protocol == protocolRelay {
		return tr("figure.relay")
	}
	return orNone(strings.ToUpper(protocol))
}

func orNone(value string) string {
	if value == "" {
		return none
	}
	return value
}

// withUnit appends a unit to a figure that is known.
func withUnit(value, unit string) string {
	if value == none {
		return none
	}
	return value + " " + unit
}

// callTypeName says what a call carries.
func callTypeName(callType string) string {
	if callType == "audio" {
		return tr("call.audio")
	}
	return tr("call.video")
}
