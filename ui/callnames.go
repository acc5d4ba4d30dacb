package ui

import (
	"slices"

	"takoshome/app"
	"takoshome/app/identity"
)

// withTitles is a snapshot in whose call people have the names that the owner
// gave them. Only who has proved an id has a name with an @ in it.
func withTitles(s *app.Snapshot) *app.Snapshot {
	if len(s.Call.People) == 0 && len(s.Call.Chat) == 0 {
		return s
	}
	titles := make(map[identity.ID]string)
	for i := range s.People.Friends {
		if f := &s.People.Friends[i]; shown(f.Title) != "" {
			titles[f.ID] = f.Title
		}
	}
	if len(titles) == 0 {
		return s
	}
	titled := *s
	titled.Call.People, titled.Call.Chat = slices.Clone(s.Call.People), slices.Clone(s.Call.Chat)
	for i := range titled.Call.People {
		if title := titles[identity.ID(titled.Call.People[i].Name)]; title != "" {
			titled.Call.People[i].Name = title
		}
	}
	for i := range titled.Call.Chat {
		if title := titles[identity.ID(titled.Call.Chat[i].From)]; title != "" {
			titled.Call.Chat[i].From = title
		}
	}
	return &titled
}
