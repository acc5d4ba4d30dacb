package identity

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestParseID(t *testing.T) {
	long := strings.Repeat("a", 63) + "." + strings.Repeat("b", 63) + "." + strings.Repeat("c", 63)
	for _, test := range []struct {
		text string
		want ID
	}{
		{"alice@a.example", "alice@a.example"},
		{"Al_1@A.Example", "Al_1@a.example"},
		{"abc@xn--r8jz45g.example", "abc@xn--r8jz45g.example"},
		{"abc@localhost", "abc@localhost"},
		{"abc@" + long, ID("abc@" + long)},
		{"abcdefghij0123456789@a.example", "abcdefghij0123456789@a.example"},
		{"ab@a.example", ""},
		{"abcdefghij0123456789x@a.example", ""},
		{"al-ice@a.example", ""},
		{"alice", ""},
		{"@a.example", ""},
		{"alice@", ""},
		{"alice@bob@a.example", ""},
		{"alice@a.example:8443", ""},
		{"alice@a..example", ""},
		{"alice@a.example.", ""},
		{"alice@.example", ""},
		{"alice@-a.example", ""},
		{"alice@a-.example", ""},
		{"alice@a_b.example", ""},
		{"alice@127.0.0.1", ""},
		{"alice@[::1]", ""},
		{"alice@0x7f.1", ""},
		{"alice@2130706433", ""},
		{"alice@例え.example", ""},
		{"alice@a.example/x", ""},
		{"alice@a.example?x", ""},
		{"alice@a.example ", ""},
		{"alice@" + strings.Repeat("a", 64) + ".example", ""},
		{"alice@" + long + "." + strings.Repeat("d", 63), ""},
		{"アリス@a.example", ""},
		{"alice@a.exampl\u212a", ""}, // the Kelvin sign, which ToLower makes a k
	} {
		got, err := ParseID(test.text)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q: got %q, %v, want %q", test.text, got, err, test.want)
		}
		if err != nil && !errors.Is(err, ErrBadID) {
			t.Errorf("%q: %v is no ErrBadID", test.text, err)
		}
	}
	id, _ := ParseID("Alice@a.example")
	if id.Name() != "Alice" || id.Domain() != "a.example" {
		t.Errorf("parts %q and %q", id.Name(), id.Domain())
	}
	if made, err := MakeID("Alice", "A.example"); err != nil || made != id {
		t.Errorf("made %q, %v", made, err)
	}
}

func TestParseGroupID(t *testing.T) {
	const group = "0193aabb-ccdd-7eee-8fff-001122334455"
	for _, test := range []struct {
		text string
		want GroupID
	}{
		{group + "@c.example", group + "@c.example"},
		{"g{" + group + "}@c.example", group + "@c.example"},
		{strings.ToUpper(group) + "@C.example", group + "@c.example"},
		{"g{" + group + "@c.example", ""},
		{"{" + group + "}@c.example", ""},
		{"m{" + group + "}@c.example", ""},
		{"urn:uuid:" + group + "@c.example", ""},
		{strings.ReplaceAll(group, "-", "") + "@c.example", ""},
		{group, ""},
		{group + "@c.example:1", ""},
		{"tea@c.example", ""},
	} {
		got, err := ParseGroupID(test.text)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q: got %q, %v, want %q", test.text, got, err, test.want)
		}
		if again, err := ParseGroupID(got.Room()); test.want != "" && (err != nil || again != got) {
			t.Errorf("room %q: %q, %v", got.Room(), again, err)
		}
	}
}

func TestNewUUID(t *testing.T) {
	id, other := NewUUID(start), NewUUID(start)
	if id == other || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
		t.Errorf("got %v and %v", id, other)
	}
	seconds, nanoseconds := id.Time().UnixTime()
	if got := time.Unix(seconds, nanoseconds); !got.Equal(start) {
		t.Errorf("time %v, want %v", got, start)
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("alice@a.example")
	f.Add("g{0193aabb-ccdd-7eee-8fff-001122334455}@c.example")
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := ParseID(text); err == nil {
			if again, err := ParseID(string(id)); err != nil || again != id {
				t.Errorf("%q became %q, then %q, %v", text, id, again, err)
			}
		}
		if id, err := ParseGroupID(text); err == nil {
			if again, err := ParseGroupID(id.Room()); err != nil || again != id {
				t.Errorf("%q became %q, then %q, %v", text, id, again, err)
			}
		}
	})
}
