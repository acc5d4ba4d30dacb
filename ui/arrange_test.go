package ui

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
)

// TestArrange holds for any number of people that every tile is on the stage,
// is not too small, and covers no other.
func TestArrange(t *testing.T) {
	for _, size := range []fyne.Size{fyne.NewSize(380, 500), fyne.NewSize(752, 620), fyne.NewSize(1400, 900), fyne.NewSize(412, 620), fyne.NewSize(200, 150)} {
		for count := range 60 {
			for _, large := range []bool{false, true} {
				for _, own := range []bool{false, true} {
					t.Run(fmt.Sprintf("%vx%v, %d, large %v, own %v", size.Width, size.Height, count, large, own), func(t *testing.T) {
						checkPlan(t, size, count, arrange(size, count, large, own), own)
					})
				}
			}
		}
	}
}

func checkPlan(t *testing.T, size fyne.Size, count int, p stagePlan, own bool) {
	t.Helper()
	if len(p.tiles)+p.spare != count || (p.spare > 0) != (p.more != nil) || (p.own != nil) != own {
		t.Fatalf("%d tiles have a place, %d have none, more %v, own %v", len(p.tiles), p.spare, p.more, p.own)
	}
	all := append([]area{}, p.tiles...)
	if p.more != nil {
		all = append(all, *p.more)
	}
	if p.own != nil && !p.floats {
		all = append(all, *p.own)
	}
	for i, a := range all {
		if a.x < -0.1 || a.y < -0.1 || a.x+a.width > size.Width+0.1 || a.y+a.height > size.Height+0.1 {
			t.Errorf("%v is not on the stage", a)
		}
		if size.Height > 400 && (a.width < leastCellW-0.1 || a.height < leastCellH-0.1) {
			t.Errorf("%v is too small", a)
		}
		for _, b := range all[:i] {
			if a.x < b.x+b.width-0.1 && b.x < a.x+a.width-0.1 && a.y < b.y+b.height-0.1 && b.y < a.y+a.height-0.1 {
				t.Errorf("%v covers %v", a, b)
			}
		}
	}
}

func TestArrangeByNumber(t *testing.T) {
	wide := fyne.NewSize(800, 600)
	for _, tt := range []struct {
		name  string
		count int
		large bool
		first area
	}{
		{"one is whole", 1, false, area{0, 0, 800, 600}},
		{"two are halves", 2, false, area{0, 0, 396, 600}},
		{"four are 2x2", 4, false, area{0, 0, 396, 296}},
		{"many have one larger", 9, false, area{0, 0, 396, 397.33334}},
		{"one is large", 2, true, area{0, 0, 632, 600}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := arrange(wide, tt.count, tt.large, false).tiles[0]; got != tt.first {
				t.Errorf("got %v, want %v", got, tt.first)
			}
		})
	}
	if got := arrange(fyne.NewSize(400, 600), 2, false, false).tiles[1]; got != (area{0, 304, 400, 296}) {
		t.Errorf("on a high stage the second half is %v", got)
	}
}
