package ui

import "takoshome/app"

// noticeMessage is the bar for a notice of the app. Where hosting failed, its
// button tries again; otherwise it makes the notice go away.
func noticeMessage(s *app.Snapshot, send func(app.Command)) *message {
	n := s.Notice
	if n == nil {
		return nil
	}
	dismiss := func() { send(app.DismissNotice{}) }
	m := &message{text: noticeText(n), bad: n.Bad, button: tr("bar.ok"), do: dismiss}
	if n.Bad && mayRetry(s) {
		m.button, m.dismiss = tr("host.retry"), dismiss
		m.do = func() {
			send(app.DismissNotice{})
			send(app.StartHosting{})
		}
	}
	return m
}

// mayRetry says whether the notice is about a host that did not start.
func mayRetry(s *app.Snapshot) bool {
	if s.Host.State != app.HostFailed && s.Host.State != app.HostStopped {
		return false
	}
	return s.Notice.Key == "notice.portTaken" || s.Notice.Key == "notice.hostFailed"
}

// noticeText is the sentence of a notice.
func noticeText(n *app.Notice) string { return sentence(n.Key, n.Args) }

// abridged keeps the words of an error from filling the window.
func abridged(text string) string {
	const most = 160
	return cutTo(text, most)
}

// cutTo keeps a text to a number of characters.
func cutTo(text string, most int) string {
	if len(text) <= most { // no more characters than bytes
		return text
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + dots
	}
	return text
}
