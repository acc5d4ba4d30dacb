package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"takoshome/app/control"
)

// states makes a fake app's call go through states, one with each answer.
func states(t *testing.T, way control.Call, states ...string) func(control.Wish) (control.Done, error) {
	return func(wish control.Wish) (control.Done, error) {
		if wish.Verb == control.VerbCancel {
			return control.Done{}, nil
		}
		if len(states) == 0 {
			t.Error("asked on after the end")
			return control.Done{}, errors.New("over")
		}
		call := control.Call{ID: "c1", Peer: "bob@b.example", CallType: "audio", State: states[0]}
		states = states[1:]
		if len(states) == 0 {
			call.URL, call.JoinURL, call.Window, call.Code, call.Args = way.URL, way.JoinURL, way.Window, way.Code, way.Args
		}
		return control.Done{Call: &call}, nil
	}
}

func TestCallWaits(t *testing.T) {
	there := map[string]string{"domain": "b.example"}
	tests := []struct {
		name   string
		way    control.Call
		states []string
		status int
		out    []string // lines, by what they have
		err    string
	}{
		{
			"window",
			control.Call{Window: true},
			[]string{"calling", "ringing", "accepted"},
			exitDone,
			[]string{"Calling ボブ…", "It rings at ボブ's…", "ボブ has answered.", "The window of Takos Home goes in."},
			"",
		},
		{
			"active at once",
			control.Call{Window: true},
			[]string{"active"},
			exitDone,
			[]string{"ボブ has answered.", "The window"},
			"",
		},
		{
			"no window",
			control.Call{URL: "wss://a.example/_takos/v2/call?token=x", JoinURL: "https://a.example/j#t=x"},
			[]string{"ringing", "ringing", "accepted"},
			exitDone,
			[]string{"It rings", "ボブ has answered.", "Open this", "https://a.example/j#t=x"},
			"",
		},
		{
			"no page",
			control.Call{URL: "wss://b.example/_takos/v2/call?token=x"},
			[]string{"ringing", "accepted"},
			exitDone,
			[]string{"It rings", "ボブ has answered.", "`takoshome join`", "wss://b.example/_takos/v2/call?token=x"},
			"",
		},
		{"over already", control.Call{}, []string{"ringing", "ended"}, exitDone, []string{"It rings", "is over"}, ""},
		{"declined", control.Call{}, []string{"ringing", "rejected"}, exitNobody, []string{"It rings"}, "ボブ has declined."},
		{"busy", control.Call{}, []string{"busy"}, exitNobody, nil, "ボブ is in another call."},
		{"timeout", control.Call{}, []string{"ringing", "timeout"}, exitNobody, []string{"It rings"}, "ボブ did not answer."},
		{"taken back elsewhere", control.Call{}, []string{"ringing", "cancelled"}, exitNobody, []string{"It rings"}, "was taken back"},
		{"unreachable", control.Call{Code: control.CodeUnreachable, Args: there}, []string{"calling", "failed"}, exitFailed, []string{"Calling"}, "b.example cannot be reached."},
		{"failed somehow", control.Call{}, []string{"failed"}, exitFailed, nil, "the call has failed."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := &fakeApp{list: fixture(t, "people.json"), do: states(t, test.way, test.states...)}
			dir := startFake(t, f)
			got := call(t, nil, "call", "bob", "--wait", "--data-dir", dir)
			if got.status != test.status || !hasLines(got.stdout, test.out) || !strings.Contains(got.stderr, test.err) ||
				(test.err == "") != (got.stderr == "") || (got.stderr != "" && !isOneSentence(got.stderr)) {
				t.Errorf("got %+v", got)
			}
			asked := f.wishes()
			for i, wish := range asked[1:] {
				if want := (control.Wish{Verb: control.VerbWatchCall, Call: "c1", State: test.states[i]}); wish != want {
					t.Errorf("asked %+v, want %+v", wish, want)
				}
			}
			f.do = states(t, test.way, test.states...)
			got = call(t, nil, "call", "bob", "--wait", "--json", "--data-dir", dir)
			if told := toldStates(t, got.stdout); got.status != test.status || !slices.Equal(told, slices.Compact(slices.Clone(test.states))) {
				t.Errorf("JSON: got %+v", got)
			}
		})
	}
}

// Without --wait it rings, and the command is done. Where there is no window to go
// in by, it says how one does.
func TestCallDoesNotWait(t *testing.T) {
	f := &fakeApp{list: fixture(t, "people.json"), do: states(t, control.Call{Window: true}, "ringing")}
	dir := startFake(t, f)
	if got := call(t, nil, "call", "bob", "--data-dir", dir); got.status != exitDone || !hasLines(got.stdout, []string{"It rings at ボブ's…"}) {
		t.Errorf("got %+v", got)
	}
	f.do = states(t, control.Call{}, "ringing")
	if got := call(t, nil, "call", "bob", "--data-dir", dir); got.status != exitDone ||
		!hasLines(got.stdout, []string{"It rings at ボブ's…", "`takoshome call bob@b.example --wait`"}) {
		t.Errorf("got %+v", got)
	}
	f.do = states(t, control.Call{}, "ringing")
	if got := call(t, nil, "call", "bob", "--json", "--data-dir", dir); got.status != exitDone || len(toldStates(t, got.stdout)) != 1 {
		t.Errorf("got %+v", got)
	}
	f.do = states(t, control.Call{}, "busy")
	if got := call(t, nil, "call", "bob", "--data-dir", dir); got.status != exitNobody {
		t.Errorf("got %+v", got)
	}
}

// Whoever stops waiting does not want it to ring on.
func TestInterruptTakesTheCallBack(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		watched := make(chan struct{}, 1)
		f := &fakeApp{list: fixture(t, "people.json")}
		release := make(chan struct{})
		f.do = func(wish control.Wish) (control.Done, error) {
			switch wish.Verb {
			case control.VerbWatchCall:
				watched <- struct{}{}
				<-release
			case control.VerbCancel:
				close(release)
			}
			return control.Done{Call: &control.Call{ID: "c1", State: control.CallRinging}}, nil
		}
		dir := startFake(t, f)
		go func() {
			<-watched
			if self, err := os.FindProcess(os.Getpid()); err == nil {
				_ = self.Signal(os.Interrupt)
			}
		}()
		args := []string{"call", "bob", "--wait", "--data-dir", dir}
		if asJSON {
			args = append(args, "--json")
		}
		got := call(t, nil, args...)
		if got.status != exitNobody || !strings.Contains(got.stderr, "was taken back") {
			t.Errorf("got %+v", got)
		}
		if asJSON && !slices.Equal(toldStates(t, got.stdout), []string{"ringing", "cancelled"}) {
			t.Errorf("got %+v", got)
		}
		if asked := f.wishes(); asked[len(asked)-1].Verb != control.VerbCancel {
			t.Errorf("asked %+v", asked)
		}
	}
}

// A name means whom the command can be about.
func TestNameMeansWhoAsks(t *testing.T) {
	list := strings.NewReplacer("carol@c.example", "bob@c.example", "mallory@m.example", "bob@m.example").Replace(fixture(t, "people.json"))
	f := &fakeApp{list: list}
	dir := startFake(t, f)
	for verb, want := range map[string]string{
		"accept": "bob@c.example", "decline": "bob@c.example", "unblock": "bob@m.example", "block": "bob@b.example", "remove": "bob@b.example",
	} {
		if got := call(t, nil, "friend", verb, "bob", "--data-dir", dir); got.status != exitDone {
			t.Errorf("%s: got %+v", verb, got)
		}
		if asked := f.wishes(); len(asked) != 1 || asked[0].ID != want {
			t.Errorf("%s asked %+v, want %s", verb, asked, want)
		}
	}
}

func TestWhoIsMeant(t *testing.T) {
	several := strings.ReplaceAll(fixture(t, "people.json"), `"title": "not \u001b[31mnice"`, `"title": "Team"`)
	several = strings.ReplaceAll(several, "erin@e.example", "bob@e.example")
	several = strings.ReplaceAll(several, `"state": "requested"`, `"state": "friends"`)
	f := &fakeApp{list: several}
	dir := startFake(t, f)
	tests := []struct{ args, want string }{
		{"call zoe", "You know nobody and no group called zoe."},
		{"call bob", "bob may mean bob@b.example, bob@e.example."},
		{"call Team", "Team may mean mallory@m.example, " + teamID + "."},
		{"friend accept zoe", "You know nobody called zoe."},
		{"friend remove bob", "bob may mean"},
		{"group show zoe", "You are in no group called zoe."},
		{"group show " + teamToo, "You are in no group called " + teamToo},
		{"group remove Team zoe", "Nobody called zoe is in the group."},
		{"group role Team zoe admin", "Nobody called zoe is in the group."},
		{"group add Team zoe", "You know nobody called zoe."},
		{"answer", "Several are calling: bob@b.example, carol@c.example."},
		{"decline", "Several are calling: bob@b.example, carol@c.example."},
		{"answer zoe", "zoe is not calling."},
	}
	for _, test := range tests {
		got := call(t, nil, append(strings.Split(test.args, " "), "--data-dir", dir)...)
		if got.status != exitFailed || got.stdout != "" || !isOneSentence(got.stderr) || !strings.Contains(got.stderr, test.want) {
			t.Errorf("%s: got %+v, want %s", test.args, got, test.want)
		}
	}
	f.list = several[:strings.LastIndex(several, `"incoming"`)] + `"incoming": []}`
	for _, command := range []string{"answer", "decline"} {
		if got := call(t, nil, command, "--data-dir", dir); got.status != exitFailed || !strings.Contains(got.stderr, "Nobody is calling") {
			t.Errorf("%s: got %+v", command, got)
		}
	}
	if asked := f.wishes(); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
}

// An answer that an older or newer app gives without a call.
func TestNoWayIn(t *testing.T) {
	dir := startFake(t, &fakeApp{list: fixture(t, "people.json")})
	for _, args := range [][]string{{"call", "bob"}, {"call", "bob", "--wait"}, {"answer", "bob"}, {"group", "call", "Team"}} {
		if got := call(t, nil, append(args, "--data-dir", dir)...); got.status != exitFailed || !strings.Contains(got.stderr, "tells no way into the call") {
			t.Errorf("%v: got %+v", args, got)
		}
	}
}

func hasLines(text string, want []string) bool {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if text == "" {
		lines = nil
	}
	return slices.EqualFunc(lines, want, strings.Contains)
}

func toldStates(t *testing.T, text string) []string {
	t.Helper()
	var told []string
	for decoder := json.NewDecoder(strings.NewReader(text)); ; {
		var call control.Call
		if err := decoder.Decode(&call); err != nil {
			return told
		}
		told = append(told, call.State)
	}
}

var _ control.People = (*fakeApp)(nil)

// A context that ends does so without a word to the app: nothing was asked yet.
func TestEndedContext(t *testing.T) {
	dir := startFake(t, &fakeApp{list: fixture(t, "people.json")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs strings.Builder
	if status := Run(ctx, Config{Args: []string{"call", "bob", "--wait", "--data-dir", dir}, Stdout: &out, Stderr: &errs}); status != exitFailed {
		t.Errorf("got %d %s %s", status, out.String(), errs.String())
	}
}
