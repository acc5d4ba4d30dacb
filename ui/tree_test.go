package ui

import (
	"math"
	"testing"
	"time"

	"takoshome/app"
)

func TestTreeOf(t *testing.T) {
	for _, tt := range []struct{ people, rows int }{
		{1, 1 + 1 + 2},                   // the room, one person, two producers
		{4, 1 + 4 + 9 + 9*3},             // one of them shares a screen
		{12, 1 + 12 + 25 + (12*25 - 25)}, // everybody gets everything but the own
	} {
		tree := treeOf(call(tt.people))
		if got := len(tree.nodes) - 1; got != tt.rows { // without the totals
			t.Errorf("%d people: got %d rows, want %d", tt.people, got, tt.rows)
		}
	}
	if tree := treeOf(hosting()); len(tree.nodes) != 1 || tree.has("") {
		t.Errorf("nobody there: got %d rows", len(tree.nodes)-1)
	}
}

func TestTreeFigures(t *testing.T) {
	s := call(4)
	tree := treeOf(s)
	room := tree.nodes[nodeID("Movie night")]
	if room.inBps != s.Totals.InBps || room.outBps != s.Totals.OutBps || room.count != 4 {
		t.Errorf("room: %+v", room)
	}
	peer := tree.nodes[nodeID("Movie night", "花子")]
	if peer.inBps != 1_330_000 || peer.rttMs != 25 || peer.score != 4 || math.Abs(peer.lossPercent-0.4) > 1e-9 {
		t.Errorf("peer: %+v", peer)
	}
	producer := tree.nodes[nodeID("Movie night", "花子", "p1-2")]
	if producer.width != 1920 || producer.codec != "AV1" || producer.source != "screen" || producer.inBps != 1_270_000 {
		t.Errorf("producer: %+v", producer)
	}
	consumer := tree.nodes[nodeID("Movie night", "alice@a.example", "c0-p1-2")]
	if consumer.width != 1920 || consumer.source != "screen" || consumer.outBps != 1_270_000 || consumer.name != "花子" {
		t.Errorf("consumer: %+v", consumer)
	}
	gone := tree.nodes[nodeID("Movie night", "مريم حسن")]
	if !gone.away || gone.remark() == "" {
		t.Errorf("a person whose socket broke is not marked: %+v", gone)
	}
}

// TestTreeLayer holds that a consumer shows the size of its own layer.
func TestTreeLayer(t *testing.T) {
	s := call(2)
	video := &s.Rooms[0].Peers[0].Producers[1]
	video.Layers = grow(video.Layers, 1)
	video.Layers[0].Width, video.Layers[0].Height = 320, 180
	video.Layers[1].Width, video.Layers[1].Height = 1280, 720
	id := nodeID("Movie night", "花子", "c1-p0-1")
	if got := treeOf(s).nodes[id].width; got != 320 {
		t.Errorf("layer 0: got a width of %d, want 320", got)
	}
	for i := range s.Rooms[0].Peers[1].Consumers {
		s.Rooms[0].Peers[1].Consumers[i].Layer = -1
	}
	if got := treeOf(s).nodes[id].width; got != 0 {
		t.Errorf("no layer: got a width of %d, want none", got)
	}
	if got := treeOf(s).nodes[nodeID("Movie night", "alice@a.example", "p0-1")].width; got != 1280 {
		t.Errorf("the producer shows a width of %d, want its largest", got)
	}
}

func TestTreeSame(t *testing.T) {
	if !treeOf(call(4)).same(treeOf(call(4))) {
		t.Error("two trees of the same call differ")
	}
	if treeOf(call(4)).same(treeOf(call(3))) {
		t.Error("a person more is the same")
	}
	other := call(4)
	other.Rooms[0].Peers[0].Producers[0].BitrateBps++
	if treeOf(call(4)).same(treeOf(other)) {
		t.Error("another bit rate is the same")
	}
}

func TestHistory(t *testing.T) {
	h := newHistory()
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	sample := func(in uint64) *tree {
		return &tree{nodes: map[string]node{"a": {id: "a", inBps: in, outBps: 2 * in}}}
	}
	check := func(want ...float32) {
		t.Helper()
		in, out := h.of("a").values()
		if len(in) != len(want) {
			t.Fatalf("got %v, want %v", in, want)
		}
		for i := range want {
			if in[i] != want[i] || out[i] != 2*want[i] {
				t.Fatalf("got %v and %v, want %v", in, out, want)
			}
		}
	}
	h.add(at(0), sample(10))
	check(10)
	if h.add(at(0.5), sample(99)) {
		t.Error("took two samples in a second")
	}
	check(10)
	h.add(at(1), sample(20))
	check(10, 20)
	h.add(at(4.1), sample(50)) // three seconds without a change
	check(10, 20, 20, 20, 50)
	h.add(at(500), sample(60))
	in, _ := h.of("a").values()
	if len(in) != historyLength || in[0] != 50 || in[historyLength-1] != 60 {
		t.Errorf("after a long silence: %v", in)
	}
	h.add(at(501), &tree{nodes: map[string]node{}})
	if h.of("a") != nil {
		t.Error("what is gone is remembered")
	}
}

func TestFiguresOf(t *testing.T) {
	speak(t, "en")
	s := call(2)
	tree := treeOf(s)
	for _, tt := range []struct {
		name     string
		id       string
		sections int
		label    string
		value    string
	}{
		{"room", nodeID("Movie night"), 1, "People", "2"},
		{"person", nodeID("Movie night", "花子"), 3, "Address", "198.51.100.20:51234"},
		{"producer", nodeID("Movie night", "花子", "p1-1"), 2, "NACK · PLI · FIR", "21 · 3 · 0"},
		{"consumer", nodeID("Movie night", "花子", "c1-p0-1"), 2, "From", "alice@a.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sections := figuresOf(s, tree.nodes[tt.id], time.Now())
			if len(sections) != tt.sections {
				t.Errorf("got %d sections, want %d", len(sections), tt.sections)
			}
			for _, section := range sections {
				for _, figure := range section.figures {
					if figure.label == tt.label && figure.value == tt.value {
						return
					}
				}
			}
			t.Errorf("no %s of %s in %v", tt.label, tt.value, sections)
		})
	}
	if got := figuresOf(&app.Snapshot{}, tree.nodes[nodeID("Movie night", "花子")], time.Now()); got != nil {
		t.Errorf("a person who left has %v", got)
	}
}
