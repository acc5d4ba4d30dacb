package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"takoshome/app/control"
)

// fakeApp is a running app of which only the control socket is there.
type fakeApp struct {
	mu    sync.Mutex
	list  string // what it tells about people
	asked []control.Wish
	do    func(control.Wish) (control.Done, error)
}

func (f *fakeApp) People(context.Context) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return json.RawMessage(f.list), nil
}

func (f *fakeApp) Ask(_ context.Context, wish control.Wish) (control.Done, error) {
	f.mu.Lock()
	f.asked = append(f.asked, wish)
	do := f.do
	f.mu.Unlock()
	if do == nil {
		return control.Done{}, nil
	}
	return do(wish)
}

// wishes gives what was asked for since the last time.
func (f *fakeApp) wishes() []control.Wish {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

// noHost is the rest of a control server.
type noHost struct{ control.Host }

func startFake(t *testing.T, f *fakeApp) (dir string) {
	t.Helper()
	freshHome(t)
	dir = t.TempDir()
	folder, err := control.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := control.NewServer(folder, noHost{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.HandlePeople(f)
	s.Serve()
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return dir
}

const (
	teamID  = "0193a1b2-0000-7000-8000-000000000001@a.example"
	clubID  = "0193a1b2-0000-7000-8000-000000000002@c.example"
	teamToo = "0193a1b2-0000-7000-8000-000000000003@a.example"
)

func fixture(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWishes(t *testing.T) {
	f := &fakeApp{list: fixture(t, "people.json")}
	f.do = func(wish control.Wish) (control.Done, error) {
		done := control.Done{}
		switch wish.Verb {
		case control.VerbNewGroup:
			done.ID = teamID
		case control.VerbCall, control.VerbCallGroup, control.VerbAnswer:
			done.Call = &control.Call{ID: "c1", Peer: wish.ID, Group: wish.Group, CallType: wish.CallType, State: control.CallAccepted, Window: true}
		}
		return done, nil
	}
	dir := startFake(t, f)
	tests := []struct {
		args string
		want control.Wish
		says string // to people
		json string // has, for programs
	}{
		{"friend add dave@d.example", control.Wish{Verb: "add-friend", ID: "dave@d.example"}, "not among your friends", `{"id":"dave@d.example","state":"none"}`},
		{"friend add bob@b.example", control.Wish{Verb: "add-friend", ID: "bob@b.example"}, "ボブ is among your friends already", `"state":"friends"`},
		{"friend accept carol", control.Wish{Verb: "accept-friend", ID: "carol@c.example"}, "carol@c.example has asked you", `"state":"asked"`},
		{"friend decline carol@c.example", control.Wish{Verb: "decline-friend", ID: "carol@c.example"}, "The request of carol@c.example is gone", `"id":"carol@c.example"`},
		{"friend remove ボブ", control.Wish{Verb: "remove-friend", ID: "bob@b.example"}, "ボブ is not among your friends any more", `"title":"ボブ"`},
		{"friend block mallory", control.Wish{Verb: "block-friend", ID: "mallory@m.example"}, "can neither ask nor ring", `"state":"blocked"`},
		{"friend unblock mallory", control.Wish{Verb: "unblock-friend", ID: "mallory@m.example"}, "may ask and be asked again", `"id":"mallory@m.example"`},
		{"friend name bob Bobby", control.Wish{Verb: "name-friend", ID: "bob@b.example", Title: "Bobby"}, "bob@b.example is called", `"id":"bob@b.example"`},
		{"friend name BOB", control.Wish{Verb: "name-friend", ID: "bob@b.example"}, "bob@b.example is called", `"id":"bob@b.example"`},

		{"group new Team", control.Wish{Verb: "new-group", Title: "Team"}, "The group “Team” is made; its ID is " + teamID, `"id":"` + teamID + `"`},
		{"group rename team Crew", control.Wish{Verb: "rename-group", Group: teamID, Title: "Crew"}, "“Team” is called “Crew”", `"members":[`},
		{"group delete Team", control.Wish{Verb: "delete-group", Group: teamID}, "“Team” is no more", `"id":`},
		{"group leave 海の会", control.Wish{Verb: "leave-group", Group: clubID}, "not in “海の会” any more", `"id":"` + clubID + `"`},
		{"group follow " + teamToo + " Others", control.Wish{Verb: "follow-group", Group: teamToo, Title: "Others"}, "“Others” is among your groups", `{"id":"` + teamToo + `"}`},
		{"group add Team bob", control.Wish{Verb: "add-member", Group: teamID, ID: "bob@b.example"}, "ボブ is in “Team” now", `"members"`},
		{"group remove Team erin", control.Wish{Verb: "remove-member", Group: teamID, ID: "erin@e.example"}, "erin@e.example is not in “Team”", `"members"`},
		{"group role " + teamID + " ボブ admin", control.Wish{Verb: "set-role", Group: teamID, ID: "bob@b.example", Role: "admin"}, "ボブ is an admin of “Team”", `"members"`},
		{"group call Team", control.Wish{Verb: "call-group", Group: teamID, CallType: "audio"}, "The call of “Team” is open", `"state":"accepted"`},
		{"group call Team --type video", control.Wish{Verb: "call-group", Group: teamID, CallType: "video"}, "The window of Takos Home goes in", `"callType":"video"`},

		{"call bob", control.Wish{Verb: "call", ID: "bob@b.example", CallType: "audio"}, "ボブ has answered", `"window":true`},
		{"call dave@d.example --type video", control.Wish{Verb: "call", ID: "dave@d.example", CallType: "video"}, "dave@d.example has answered", `"peer":"dave@d.example"`},
		{"call 海の会", control.Wish{Verb: "call-group", Group: clubID, CallType: "audio"}, "The call of “海の会” is open", `"group":"` + clubID + `"`},
		{"call " + strings.ToUpper(teamID), control.Wish{Verb: "call-group", Group: teamID, CallType: "audio"}, "The call of “Team” is open", `"group"`},
		{"answer bob", control.Wish{Verb: "answer", Call: "in1"}, "The call of ボブ is answered", `"window":true`},
		{"answer in2", control.Wish{Verb: "answer", Call: "in2"}, "The call of 海の会 is answered", `"id"`},
		{"decline carol@c.example", control.Wish{Verb: "decline", Call: "in2"}, "The call of 海の会 is declined", `"id":"in2"`},
		{"cancel", control.Wish{Verb: "cancel"}, "The call is taken back", `{"id":"out1","peer":"erin@e.example","callType":"audio","state":"cancelled"}`},

		{"history --seen", control.Wish{Verb: "see-calls"}, "missed (new)", `[{"id":"h1"`},
		{"history --clear", control.Wish{Verb: "forget-calls"}, "The history is empty now", `[]`},
		{"account add mom", control.Wish{Verb: "add-account", Name: "mom", Password: "correct horse"}, "mom has an account now", `{"name":"mom"}`},
		{"account password mom", control.Wish{Verb: "set-password", Name: "mom", Password: "correct horse"}, "has the new password", `{"name":"mom"}`},
		{"account remove mom", control.Wish{Verb: "remove-account", Name: "mom"}, "The account mom is gone", `{"name":"mom"}`},
		{"identity set --name bob", control.Wish{Verb: "set-identity", Name: "bob", Domain: "a.example"}, "You are alice@a.example", `"id":"alice@a.example"`},
		{"identity set --domain=", control.Wish{Verb: "set-identity", Name: "alice"}, "You are alice@a.example", `"state":"ready"`},
		{"identity set --name x_1 --domain b.example", control.Wish{Verb: "set-identity", Name: "x_1", Domain: "b.example"}, "You are", `"state":"ready"`},
		{"identity export /x/y.json", control.Wish{Verb: "export", Path: "/x/y.json"}, "Everything is in /x/y.json. Keep it like a key", `{"path":"/x/y.json"}`},
		{"identity import --yes /x/y.json", control.Wish{Verb: "import", Path: "/x/y.json"}, "you are alice@a.example", `"id":"alice@a.example"`},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			args := append(strings.Split(test.args, " "), "--data-dir", dir)
			for _, way := range []struct {
				args []string
				want string
			}{{args, test.says}, {append(args, "--json"), test.json}} {
				got := call(t, withStdin("correct horse\n"), way.args...)
				if got.status != exitDone || got.stderr != "" || !strings.Contains(got.stdout, way.want) {
					t.Errorf("%v: got %+v, want %s", way.args, got, way.want)
				}
				if asked := f.wishes(); !slices.Equal(asked, []control.Wish{test.want}) {
					t.Errorf("asked %+v, want %+v", asked, test.want)
				}
				if isJSON := json.Valid([]byte(got.stdout)); isJSON != (way.want == test.json) {
					t.Errorf("printed %s", got.stdout)
				}
			}
		})
	}
}

// What only looks asks for nothing else.
func TestLists(t *testing.T) {
	full, empty := fixture(t, "people.json"), `{"identity":{"state":"new"},"people":{"friends":null,"groups":null,"history":null,"accounts":null,"missed":0},"incoming":[]}`
	f := &fakeApp{}
	dir := startFake(t, f)
	for _, test := range []struct{ args, golden string }{
		{"friend list", "friend-list"},
		{"group list", "group-list"},
		{"group show Team", "group-show"},
		{"group show 海の会", "group-show-elsewhere"},
		{"history", "history"},
		{"account list", "account-list"},
		{"identity show", "identity-show"},
	} {
		args := append(strings.Split(test.args, " "), "--data-dir", dir)
		for language, locale := range map[string]string{"en": "C.UTF-8", "ja": "ja_JP.UTF-8"} {
			t.Run(test.args+" "+language, func(t *testing.T) {
				t.Setenv("LANG", locale)
				f.list = full
				got := call(t, nil, args...)
				if got.status != exitDone || got.stderr != "" {
					t.Errorf("got %+v", got)
				}
				wantGolden(t, filepath.Join("testdata", test.golden+"."+language+".txt"), []byte(got.stdout))
				if f.list = empty; strings.HasPrefix(test.args, "group show") {
					return
				}
				got = call(t, nil, args...)
				if got.status != exitDone || strings.Count(got.stdout, "\n") != 1 || !strings.Contains(got.stdout, "`takoshome ") && test.golden != "history" {
					t.Errorf("of nobody: got %+v", got)
				}
			})
		}
		t.Run(test.args+" json", func(t *testing.T) {
			f.list = full
			if got := call(t, nil, append(args, "--json")...); got.status != exitDone || !json.Valid([]byte(got.stdout)) || strings.Count(got.stdout, "\n") != 1 {
				t.Errorf("got %+v", got)
			}
			f.list = empty
			got := call(t, nil, append(args, "--json")...)
			if !strings.HasPrefix(test.args, "group show") && !strings.HasPrefix(test.args, "identity") && got.stdout != "[]\n" {
				t.Errorf("of nobody: got %+v", got)
			}
		})
	}
	if asked := f.wishes(); len(asked) != 0 {
		t.Errorf("looking asked for %+v", asked)
	}
}

// Stored state that cannot be read is told with its file, and what to do.
func TestBrokenIdentity(t *testing.T) {
	f := &fakeApp{}
	dir := startFake(t, f)
	for problem, want := range map[string]string{
		"notice.identityCorrupt":    "/x/identity.db is damaged",
		"notice.identityNewer":      "/x/identity.db is of a newer version",
		"notice.identityInUse":      "/x/identity.db is in use",
		"notice.identityUnreadable": "/x/identity.db cannot be read: no rights",
		"notice.unknown":            "cannot be read, and was left as it is",
	} {
		f.list = `{"identity":{"state":"broken","problem":"` + problem + `","problemArgs":{"path":"/x/\u001bidentity.db","reason":"no rights"}}}`
		got := call(t, nil, "identity", "show", "--data-dir", dir)
		if got.status != exitFailed || !isOneSentence(got.stderr) || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: got %+v", problem, got)
		}
		for _, args := range []string{"friend list", "friend list --json", "group list", "account list", "history --json", "call bob"} {
			if got := call(t, nil, append(strings.Fields(args), "--data-dir", dir)...); got.status != exitFailed || got.stdout != "" || !strings.Contains(got.stderr, want) {
				t.Errorf("%s: %s: got %+v", problem, args, got)
			}
		}
		if got := call(t, nil, "identity", "show", "--json", "--data-dir", dir); got.status != exitDone || !strings.Contains(got.stdout, problem) {
			t.Errorf("%s: got %+v", problem, got)
		}
	}
}

// Names that others chose move no cursor, whatever tells them.
func TestNamesArePlain(t *testing.T) {
	const evil = `evil\u001b[2J\u202ename`
	list := strings.NewReplacer("ボブ", evil, "海の会", evil, "Team", evil).Replace(fixture(t, "people.json"))
	f := &fakeApp{list: list, do: func(wish control.Wish) (control.Done, error) {
		return control.Done{Call: &control.Call{ID: "c", State: control.CallAccepted, URL: "wss://x\x1b[2J"}}, nil
	}}
	dir := startFake(t, f)
	for _, args := range []string{
		"friend list", "group list", "group show " + teamID, "history", "friend block bob", "call bob", "answer bob", "decline in2",
		"group call " + clubID, "group remove " + teamID + " bob",
	} {
		got := call(t, nil, append(strings.Split(args, " "), "--data-dir", dir)...)
		if got.status != exitDone || strings.ContainsAny(got.stdout+got.stderr, "\x1b\u202e") || !strings.Contains(got.stdout, "evil[2Jname") {
			t.Errorf("%s: got %+v", args, got)
		}
	}
	f.list = strings.ReplaceAll(list, "bob@b.example", `bob\u001b@b.example`)
	f.list = strings.ReplaceAll(f.list, "carol@c.example", `bob\u001b@c.example`)
	for _, args := range [][]string{{"call", "bo\x1bb"}, {"friend", "remove", "x\u202e"}, {"answer"}} {
		if got := call(t, nil, append(args, "--data-dir", dir)...); got.status != exitFailed || !isOneSentence(got.stderr) || strings.Contains(got.stderr, "\x1b") {
			t.Errorf("%v: got %+v", args, got)
		}
	}
}

func withStdin(text string) func(*Config) {
	return func(c *Config) { c.Stdin = strings.NewReader(text) }
}
