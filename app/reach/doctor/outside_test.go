package doctor

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"takoshome/app/reach/doctor/echo"
)

// partnerWho is one on this machine that answers with state to every question, or, where
// that is empty, not at all.
func partnerWho(t *testing.T, name string, state echo.State) Partner {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q echo.Question
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || state == "" {
			http.NotFound(w, r)
			return
		}
		answer := map[string]any{"v": 1, "address": "127.0.0.1", "time": time.Now()}
		var results []echo.Result
		for _, p := range q.Ports {
			results = append(results, echo.Result{Kind: p.Kind, Port: p.Port, State: state})
		}
		answer["results"] = results
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(s.Close)
	return Partner{Name: name, Partner: echo.Partner{Base: s.URL}}
}

// A friend who did not get in is not believed before another one has tried.
func TestSecondPartner(t *testing.T) {
	const open, silent, gone = echo.Open, echo.Silent, echo.State("")
	named := func(p Partner) Partner {
		p.IsNamed = true
		return p
	}
	first, second := func(s echo.State) Partner { return partnerWho(t, "b.example", s) }, func(s echo.State) Partner { return partnerWho(t, "c.example", s) }
	third := partnerWho(t, "d.example", silent)
	for _, test := range []struct {
		name     string
		partners []Partner
		asked    []string
		state    State
		isSure   bool
	}{
		{"a friend got in", []Partner{first(open), third}, []string{"b.example"}, Pass, false},
		{"whom the settings name got in", []Partner{named(first(open)), third}, []string{"b.example"}, Pass, true},
		{"one friend alone did not", []Partner{first(silent)}, []string{"b.example"}, Fail, false},
		{"two did not", []Partner{first(silent), second(silent), third}, []string{"b.example", "c.example"}, Fail, true},
		{"whom the settings name did not", []Partner{named(first(silent)), third}, []string{"b.example"}, Fail, true},
		{"the second got in", []Partner{first(silent), second(open), third}, []string{"b.example", "c.example"}, Pass, false},
		{"the second does not answer", []Partner{first(silent), second(gone)}, []string{"b.example"}, Fail, false},
		{"the third tells", []Partner{first(silent), second(gone), third}, []string{"b.example", "d.example"}, Fail, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Subject{Partners: test.partners}
			e := &examination{facts: &facts{Subject: s, now: noon}, config: Config{Now: time.Now}}
			f := &family{network: "tcp4", ports: []echo.Port{{Kind: echo.Web, Port: 8443}}}
			e.askFamily(t.Context(), f, echo.Question{})
			var asked []string
			for _, v := range f.views {
				asked = append(asked, v.partner)
			}
			if !slices.Equal(asked, test.asked) {
				t.Errorf("asked %v", asked)
			}
			e.facts.views = f.views
			if got := e.facts.judgeOutside(CheckOutside, echo.Web); got.State != test.state || got.IsSure != test.isSure {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Two who say it of one family say nothing of the other.
func TestShutIsSureOfEachFamily(t *testing.T) {
	const open, silent = echo.Open, echo.Silent
	by := func(who string, v view) view {
		v.partner = who
		return v
	}
	for _, test := range []struct {
		name  string
		views []view
		want  bool
	}{
		{"two of both", []view{by("b", seen(own4, silent)), by("c", seen(own4, silent)), by("b", seen(own6, silent)), by("c", seen(own6, silent))}, true},
		{"one of each", []view{by("b", seen(own4, silent)), by("c", seen(own6, silent))}, false},
		{"one of IPv6", []view{by("b", seen(own4, silent)), by("c", seen(own4, silent)), by("b", seen(own6, silent))}, false},
		{"one by a VPN", []view{by("b", seen(own4, silent)), by("c", seen(other4, silent))}, false},
		{"one twice", []view{by("b", seen(own4, silent)), by("b", seen(own4, silent))}, false},
	} {
		f := factsAtHome()
		f.Interfaces, f.views = append(f.Interfaces, own6), test.views
		got := f.judgeOutside(CheckOutside, echo.Web)
		if got.State != Fail || got.IsSure != test.want {
			t.Errorf("%s: got %+v", test.name, got)
		}
	}
	f := factsAtHome()
	f.views = []view{by("b", seen(own4, silent)), by("c", seen(own4, open))}
	if f.isClosed() {
		t.Error("one who got in counts less than one who did not")
	}
}
