package ui

import "takoshome/app/media"

// viewer keeps the app in step with the panes that can be seen: pictures are
// made for those alone.
type viewer struct {
	show func(video string, view *media.View)
	now  map[string]*pane
}

func newViewer(show func(string, *media.View)) *viewer {
	return &viewer{show: show, now: make(map[string]*pane)}
}

// set says which videos are seen where, and ends all others.
func (v *viewer) set(wanted map[string]*pane) {
	for video, p := range v.now {
		if wanted[video] != p {
			delete(v.now, video)
			v.show(video, nil)
			p.stop()
		}
	}
	for video, p := range wanted {
		if v.now[video] != p {
			v.now[video] = p
			p.start()
			v.show(video, p.view)
		}
	}
}
