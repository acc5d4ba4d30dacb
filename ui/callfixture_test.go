package ui

import (
	"fmt"
	"time"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

// devices are those of a usual computer, one with a long name.
func devices() media.Devices {
	return media.Devices{
		Microphones: []media.Device{{ID: "m1", Name: "USB Headset", Default: true}, {ID: "m2", Name: "Built-in Audio Analog Stereo (Family 17h/19h HD Audio Controller)"}},
		Speakers:    []media.Device{{ID: "s1", Name: "USB Headset", Default: true}, {ID: "s2", Name: "内蔵スピーカー"}},
		Cameras:     []media.Device{{ID: "c1", Name: "HD Pro Webcam C920", Default: true}},
		Screens: []media.Device{
			{ID: "screen:1", Name: "HDMI-1 (1920×1080)", Default: true},
			{ID: "screen:2", Name: "DP-2 (2560×1440)"},
			{ID: "window:1", Name: "Holiday pictures and everything else that was taken in the summer of 2026 - Viewer"},
			{ID: "window:2", Name: "無題の文書"},
		},
	}
}

// preparing is a call before joining.
func preparing() *app.Snapshot {
	s := stopped()
	s.Call = session.Snapshot{
		State: session.StatePreparing, Host: "home.example:8443", Room: "Movie night", CallType: "video", NeedsName: true,
		Me: session.Me{Name: "Taro", Camera: true, Level: 0.45}, Devices: devices(),
		Choice: session.Choice{Microphone: "m2", Processing: media.Processing{Echo: true, Noise: true}},
	}
	return s
}

// people are n friends in a call, of every kind.
func people(n int) []session.Person {
	all := make([]session.Person, n)
	for i := range all {
		name := names()[i%len(names())]
		all[i] = session.Person{
			PeerID: fmt.Sprint("peer", i), Name: name, Volume: 100, Quality: session.QualityGood,
			Videos: []session.Video{{ID: fmt.Sprint("video", i), Width: 640, Height: 360}},
		}
	}
	for i, change := range []func(*session.Person){
		func(p *session.Person) { p.Name = "Alice" },
		func(p *session.Person) { p.Speaking = true },
		func(p *session.Person) { p.Muted, p.Videos = true, nil },
		func(p *session.Person) { p.Quality = session.QualityWeak },
		func(p *session.Person) { p.Muted, p.Videos, p.Quality = true, nil, session.QualityBad },
		func(p *session.Person) { p.Silenced, p.Volume = true, 160 },
		func(p *session.Person) { p.Videos[0].Frozen = true },
		func(p *session.Person) { p.Videos = nil },
	} {
		if i < n {
			change(&all[i])
		}
	}
	return all
}

// calling is a call with n friends.
func calling(n int) *app.Snapshot {
	s := preparing()
	c := &s.Call
	c.State, c.Since, c.CanChat = session.StateInCall, time.Now().Add(-12*time.Minute), true
	c.Me.PeerID, c.Me.Quality = "me", session.QualityGood
	c.People = people(n)
	return s
}

// sharing lets a friend share a screen.
func sharing(s *app.Snapshot, friend int) *app.Snapshot {
	p := &s.Call.People[friend]
	p.Videos = append(p.Videos, session.Video{ID: "screen" + p.PeerID, Screen: true, Width: 1920, Height: 1080})
	return s
}

// chatting adds a few messages.
func chatting(s *app.Snapshot) *app.Snapshot {
	at := time.Date(2026, 11, 23, 20, 14, 0, 0, time.Local)
	for i, m := range []session.ChatMessage{
		{From: "Alice", Text: "Can everybody hear me?"},
		{From: "花子", Text: "はい、よく聞こえます。ところで、この前の写真をここに置きました。"},
		{Text: "https://pictures.example/albums/2026/summer/a-very-long-name-of-an-album-that-does-not-end?view=all"},
		{From: "Grandma 👵🏽🎉", Text: "Lovely!\nWho is the one with the hat?"},
		{From: "مريم حسن", Text: "شكراً جزيلاً"},
		{Text: "That’s uncle Bob 😀"},
	} {
		m.At = at.Add(time.Duration(i) * time.Minute)
		s.Call.Chat = append(s.Call.Chat, m)
	}
	return s
}

// openCall shows a call with pictures.
func (v *view) openCall(s *app.Snapshot) {
	v.publish(s)
	v.shell.open(pageCall)
	v.redraw()
	v.app.films.frame()
	v.publish(s)
}

// ended is a call that is over, for a reason or because one hung up.
func ended(problem string) *app.Snapshot {
	s := preparing()
	s.Call.State = session.StateEnded
	if problem != "" {
		s.Call.Problem = &session.Problem{Key: problem, Args: map[string]string{"host": "home.example:8443"}}
	}
	return s
}
