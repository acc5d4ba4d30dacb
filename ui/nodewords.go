package ui

// icon names the icon of a row.
func (n node) icon() string {
	switch {
	case n.kind == nodeRoom:
		return "room"
	case n.kind == nodePeer:
		return "person"
	case n.media == "audio":
		return "mic"
	case n.source == "screen":
		return "screen"
	default:
		return "camera"
	}
}

// title says in plain words what a row is.
func (n node) title() string {
	switch n.kind {
	case nodeRoom, nodePeer:
		return n.name
	case nodeProducer:
		switch n.icon() {
		case "mic":
			return tr("panel.sendsAudio")
		case "screen":
			return tr("panel.sendsScreen")
		default:
			return tr("panel.sendsVideo")
		}
	default:
		switch n.icon() {
		case "mic":
			return tr("panel.getsAudio", "name", n.name)
		case "screen":
			return tr("panel.getsScreen", "name", n.name)
		default:
			return tr("panel.getsVideo", "name", n.name)
		}
	}
}

// fullTitle names the person too where the title does not.
func (n node) fullTitle() string {
	switch n.kind {
	case nodeProducer, nodeConsumer:
		return shown(n.peer) + " · " + n.title()
	default:
		return n.title()
	}
}

// remark is a short word behind the title.
func (n node) remark() string {
	switch {
	case n.kind == nodeRoom:
		return trCount("panel.people", n.count)
	case n.kind == nodePeer && n.away:
		return tr("panel.mayReturn")
	case n.unstable:
		return tr("panel.unstable")
	case n.relayed:
		return tr("panel.relayed")
	case n.away:
		return tr("panel.silent")
	default:
		return ""
	}
}

func (n node) sizeText() string {
	if n.width == 0 {
		return ""
	}
	return size(n.width, n.height)
}

// inText is the rate that comes in, or with merged columns all of it.
func (n node) inText(merged bool) string {
	if merged {
		return kbits(n.inBps + n.outBps)
	}
	if n.kind == nodeConsumer {
		return ""
	}
	return kbits(n.inBps)
}

func (n node) outText() string {
	if n.kind == nodeProducer {
		return ""
	}
	return kbits(n.outBps)
}

func (n node) lossText() string {
	if n.kind == nodeRoom || n.lossPercent < 0 {
		return ""
	}
	return percent(n.lossPercent)
}

func (n node) roundTripText() string {
	if n.kind == nodeRoom {
		return ""
	}
	return millis(n.rttMs)
}
