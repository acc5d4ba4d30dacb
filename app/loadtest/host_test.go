package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/fstest"
	"time"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/control"
)

// testHost is our own host, whole, on the loopback interface.
type testHost struct{ control *control.Client }

func newTestHost(t *testing.T, change func(*config.Config)) testHost {
	t.Helper()
	dir := t.TempDir()
	settings := config.Default(dir)
	loopback := config.Listen{AddrPort: netip.MustParseAddrPort("127.0.0.1:0")}
	settings.HTTP, settings.RTC, settings.TLS = loopback, loopback, config.TLS{Mode: config.TLSOff}
	settings.Reach, settings.Relay = config.Reach{}, config.Relay{}
	if change != nil {
		change(&settings)
	}
	a, err := app.New(app.Config{Settings: settings, Page: fstest.MapFS{"index.html": {}}})
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	must(t, a.Start(t.Context()))
	return testHost{control.NewClient(dir)}
}

// door gives everybody a token.
func (h testHost) door(callType string) Door {
	return func(ctx context.Context, n int) (string, error) {
		link, err := h.control.Invite(ctx, control.Invite{Room: "test", User: fmt.Sprint("tester ", n), CallType: callType})
		return link.JoinURL, err
	}
}

func newTest(t *testing.T, c Config) *Test {
	t.Helper()
	test, err := New(c)
	must(t, err)
	t.Cleanup(func() { must(t, test.Close()) })
	return test
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// check fails unless everything that was sent came, once, whole and in order.
func check(t *testing.T, r Result, publishers, subscribers int) {
	t.Helper()
	if r.Publishers != publishers || r.Subscribers != subscribers || r.Published == 0 || r.Received != r.Expected {
		t.Errorf("got %+v", r)
	}
	if r.Lost+r.Duplicated+r.Reordered+r.Wrong+r.Bad+r.Troubles != 0 {
		t.Errorf("something went wrong: %+v", r)
	}
	if d := r.DelayMs; d.P50 <= 0 || d.P99 < d.P50 || d.Max < d.P99 {
		t.Errorf("delays: %+v", d)
	}
}

var short = Measurement{WarmUp: 1500 * time.Millisecond, Duration: time.Second}

func TestOneToMany(t *testing.T) {
	h := newTestHost(t, nil)
	for _, gro := range []bool{false, true} {
		t.Run(fmt.Sprint("gro=", gro), func(t *testing.T) {
			test := newTest(t, Config{Door: h.door("video"), VideoBps: 1_000_000, GRO: gro})
			must(t, test.Join(t.Context(), Publisher, 1))
			must(t, test.Join(t.Context(), Subscriber, 3))
			for _, p := range []Pattern{Bursts, Paced} {
				progress, windows := 0, ""
				m := short
				m.Pattern = p
				m.OnProgress = func(time.Duration, uint64) { progress++ }
				m.OnWindow = func(begin bool) { windows += fmt.Sprint(begin, " ") }
				r, err := test.Measure(t.Context(), m)
				must(t, err)
				check(t, r, 1, 3)
				if progress == 0 || windows != "true false " || r.Pattern != p || r.JoinMs.Max <= 0 {
					t.Errorf("progress %d, windows %q, %+v", progress, windows, r)
				}
				// One publisher's second: sound of 50 packets, picture of 1 Mbit/s.
				if r.Published < 100 || r.Published > 400 {
					t.Errorf("%d packets were published", r.Published)
				}
			}
			must(t, test.Join(t.Context(), Subscriber, 2))
			r, err := test.Measure(t.Context(), short)
			must(t, err)
			check(t, r, 1, 5)
		})
	}
}

func TestAllToAll(t *testing.T) {
	h := newTestHost(t, func(c *config.Config) { c.TLS = config.TLS{Mode: config.TLSSelfSigned} })
	test := newTest(t, Config{Door: h.door("video"), VideoBps: 300_000})
	must(t, test.Join(t.Context(), Person, 4))
	r, err := test.Measure(t.Context(), short)
	must(t, err)
	check(t, r, 4, 4)
	if r.Expected != 3*r.Published {
		t.Errorf("%d packets should be for 3 others each: %d", r.Published, r.Expected)
	}
}

// Row 30 of the faults: full rooms, in which everybody gets everybody's stream.
func TestFault30FullRooms(t *testing.T) {
	for name, room := range map[string]struct {
		callType         string
		people, videoBps int
	}{
		"20 voices": {"audio", 20, 0},
		"8 videos":  {"video", 8, 300_000},
	} {
		t.Run(name, func(t *testing.T) {
			test := newTest(t, Config{Door: newTestHost(t, nil).door(room.callType), VideoBps: room.videoBps})
			must(t, test.Join(t.Context(), Person, room.people))
			r, err := test.Measure(t.Context(), short)
			must(t, err)
			// Packets may be lost where the machine is too slow for tester and host at
			// once; none may come twice, spoilt or out of order.
			if want := uint64(room.people-1) * r.Published; r.Expected != want || r.Received < want*3/4 {
				t.Errorf("%d of %d packets came", r.Received, want)
			}
			if r.Publishers != room.people || r.Subscribers != room.people || r.Duplicated+r.Reordered+r.Wrong+r.Bad+r.Troubles != 0 {
				t.Errorf("something went wrong: %+v", r)
			}
			t.Logf("%.0f packets a second, %d lost, delay %+v ms, join %+v ms", r.PacketsPerSecond, r.Lost, r.DelayMs, r.JoinMs)
		})
	}
}

// The search for how many fit ends where the host lets no more in; all of them
// get all streams at each size.
func TestFit(t *testing.T) {
	h := newTestHost(t, func(c *config.Config) { c.Limits.RoomPeople = 4 })
	test := newTest(t, Config{Door: h.door("audio")})
	var steps, progress int
	fit, err := test.Fit(t.Context(), FitConfig{
		Most: 9, Step: time.Second,
		OnProgress: func(int, time.Duration, uint64) { progress++ },
		OnStep: func(r Result) {
			steps++
			if people := uint64(r.Publishers); r.Expected != r.Published*(people-1) {
				t.Errorf("%d people: %d packets were sent, %d are expected", people, r.Published, r.Expected)
			}
		},
	})
	must(t, err)
	if steps != len(fit.Steps) || progress < steps || len(fit.Steps) == 0 {
		t.Errorf("%d steps of %d, progress was told %d times", steps, len(fit.Steps), progress)
	}
	// A machine that is busy may find its own limit before.
	if fit.Limit == LimitRefused && fit.People != 4 || fit.Limit == LimitNone {
		t.Errorf("%d people fit: %s", fit.People, fit.Limit)
	}
}

func TestFitNobody(t *testing.T) {
	h := newTestHost(t, func(c *config.Config) { c.Limits.RoomPeople = 1 })
	nothing := FitConfig{Most: 4, Step: time.Second, OnProgress: func(int, time.Duration, uint64) {}, OnStep: func(Result) {}}
	if fit, err := newTest(t, Config{Door: h.door("audio")}).Fit(t.Context(), nothing); !errors.Is(err, ErrRefused) || fit.People != 0 {
		t.Errorf("%d people fit, %v", fit.People, err)
	}
}

// A room link lets several in, who choose names.
func TestRoomLink(t *testing.T) {
	h := newTestHost(t, nil)
	link, err := h.control.Invite(t.Context(), control.Invite{Room: "test", CallType: "audio", Uses: 3})
	must(t, err)
	test := newTest(t, Config{Door: Links(link.JoinURL)})
	must(t, test.Join(t.Context(), Person, 3))
	r, err := test.Measure(t.Context(), short)
	must(t, err)
	check(t, r, 3, 3)
	if err := test.Join(t.Context(), Person, 1); !errors.Is(err, ErrRefused) {
		t.Errorf("the link is used up: got %v", err)
	}
}

func TestRefusals(t *testing.T) {
	h := newTestHost(t, func(c *config.Config) { c.Limits.RoomPeople = 1 })
	full := func(test *Test) error { return test.Join(t.Context(), Subscriber, 2) }
	one := func(test *Test) error { return test.Join(t.Context(), Publisher, 1) }
	for name, c := range map[string]struct {
		config Config
		join   func(*Test) error
		want   error
	}{
		"full":        {Config{Door: h.door("video")}, full, ErrRefused},
		"audio only":  {Config{Door: h.door("audio"), VideoBps: 100_000}, one, ErrBadConfig},
		"no link":     {Config{Door: Links()}, one, ErrLink},
		"not a link":  {Config{Door: Links("https://a.example/")}, one, ErrLink},
		"used token":  {Config{Door: Links("http://127.0.0.1:9/j#t=abc", "http://127.0.0.1:9/j#t=abc")}, one, ErrUnreachable},
		"too few":     {Config{Door: Links()}, full, ErrLink},
		"nobody else": {Config{Door: h.door("video")}, func(test *Test) error { return test.Join(t.Context(), Person, -1) }, ErrBadConfig},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.join(newTest(t, c.config)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{
		"no door":  {VideoBps: 1_000_000},
		"nothing":  {Door: Links("x"), NoAudio: true},
		"too slow": {Door: Links("x"), VideoBps: 1000},
		"sockets":  {Door: Links("x"), Sockets: -1},
	} {
		if _, err := New(c); !errors.Is(err, ErrBadConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	test := newTest(t, Config{Door: Links("x")})
	for name, m := range map[string]Measurement{
		"no time": {}, "pattern": {Pattern: "waltz", Duration: time.Second}, "past": {Duration: time.Second, WarmUp: -1},
	} {
		if _, err := test.Measure(t.Context(), m); !errors.Is(err, ErrBadConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// The loop that everything is compared with reaches its receivers.
func TestNaiveLoop(t *testing.T) {
	if !canShare {
		t.Skip("the benchmark needs Linux")
	}
	test := newTest(t, Config{Door: Links("x")})
	sink, err := test.OpenSink(4)
	must(t, err)
	for _, publishers := range []int{1, 4} {
		loop, err := NewNaiveLoop(NaiveConfig{
			Pattern: Bursts, VideoBps: 1_000_000, Publishers: publishers, Targets: sink.Targets(), Duration: time.Second,
		})
		must(t, err)
		before := uint64(0)
		loop.Run(t.Context(), func(begin bool) {
			if begin {
				before = loop.Sent
				sink.Begin()
			}
		})
		counts, delays := sink.End()
		if counts.Received != loop.Sent-before || counts.Wrong+counts.Bad+counts.Duplicated+counts.Reordered != 0 {
			t.Errorf("%d publishers: %d were sent, %+v came", publishers, loop.Sent-before, counts)
		}
		if delays.P50 <= 0 || counts.Received < 400 {
			t.Errorf("%d publishers: %+v, %+v", publishers, counts, delays)
		}
	}
}
