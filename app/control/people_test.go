package control

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

// fakePeople answers as told.
type fakePeople struct {
	asked []Wish
	done  Done
	err   error
}

func (p *fakePeople) People(context.Context) (any, error) {
	return map[string]string{"identity": "alice"}, p.err
}

func (p *fakePeople) Ask(_ context.Context, wish Wish) (Done, error) {
	p.asked = append(p.asked, wish)
	return p.done, p.err
}

func TestPeople(t *testing.T) {
	people := &fakePeople{done: Done{ID: "g@a.example", Call: &Call{ID: "c", State: "failed", Code: CodeSlow, Args: map[string]string{"domain": "b.example"}}}}
	c := NewClient(servePeople(t, people))
	list, err := c.People(t.Context())
	if err != nil || strings.TrimSpace(string(list)) != `{"identity":"alice"}` {
		t.Errorf("got %s, %v", list, err)
	}
	want := Wish{VerbCall, "i", "g", "c", "s", "audio", "n", "d", "t", "r", "p", "w"}
	done, err := c.Ask(t.Context(), want)
	if err != nil || !reflect.DeepEqual(done, people.done) {
		t.Errorf("got %+v, %v", done, err)
	}
	if len(people.asked) != 1 || people.asked[0] != want {
		t.Errorf("asked %+v, want %+v", people.asked, want)
	}
}

func TestPeopleRefuse(t *testing.T) {
	want := &Refusal{Code: CodeUnreachable, Message: "server is unreachable", Args: map[string]string{"domain": "b.example"}}
	c := NewClient(servePeople(t, &fakePeople{err: want}))
	_, listErr := c.People(t.Context())
	_, askErr := c.Ask(t.Context(), Wish{Verb: VerbCancel})
	for _, err := range []error{listErr, askErr} {
		if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || !reflect.DeepEqual(refusal, want) {
			t.Errorf("got %v, want %+v", err, want)
		}
	}
	_, err := c.do(t.Context(), "POST", "/v1/people", []byte(`{"x":1}`))
	if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || refusal.Code != CodeBadRequest {
		t.Errorf("got %v, want a bad request", err)
	}
}

// A host whose people nobody handles says no.
func TestNobodyHandlesPeople(t *testing.T) {
	if _, err := NewClient(serve(t, &fakeHost{})).Ask(t.Context(), Wish{Verb: VerbCancel}); err == nil {
		t.Error("a wish was carried out")
	}
}

func servePeople(t *testing.T, people People) (dir string) {
	t.Helper()
	return serveWith(t, func(s *Server) { s.HandlePeople(people) })
}

func serveWith(t *testing.T, prepare func(*Server)) (dir string) {
	t.Helper()
	return serveWithLog(t, prepare, nil)
}

func serveWithLog(t *testing.T, prepare func(*Server), log *slog.Logger) (dir string) {
	t.Helper()
	dir = t.TempDir()
	folder, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServer(folder, &fakeHost{}, log)
	if err != nil {
		t.Fatal(err)
	}
	prepare(s)
	s.Serve()
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return dir
}
