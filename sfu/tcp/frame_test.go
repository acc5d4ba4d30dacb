package tcp

import (
	"bytes"
	"errors"
	"testing"
)

func TestNextFrame(t *testing.T) {
	whole := appendFrame(nil, []byte("abc"))
	tests := []struct {
		name     string
		stream   []byte
		datagram string
		rest     int
		err      error
	}{
		{"nothing", nil, "", 0, nil},
		{"half a length", []byte{0}, "", 1, nil},
		{"a length", []byte{0, 3}, "", 2, nil},
		{"all but a byte", whole[:4], "", 4, nil},
		{"whole", whole, "abc", 0, nil},
		{"and more", append(bytes.Clone(whole), 0), "abc", 1, nil},
		{"empty", []byte{0, 0, 1}, "", 3, errFrame},
		{"the largest packet", []byte{5, 220}, "", 2, nil},
		{"larger", []byte{5, 221}, "", 2, errFrame},
		{"the largest length", []byte{255, 255}, "", 2, errFrame},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			datagram, rest, err := nextFrame(test.stream)
			if string(datagram) != test.datagram || len(rest) != test.rest || !errors.Is(err, test.err) {
				t.Errorf("got %q, %d bytes left, %v", datagram, len(rest), err)
			}
		})
	}
}

// Frames come out as they were put in, however the stream is divided.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 0}, uint8(1))
	f.Add(appendFrame(appendFrame(nil, []byte("one")), []byte("two")), uint8(3))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		var again []byte
		var rest []byte
		for at := 0; at < len(stream); {
			end := min(at+int(step)+1, len(stream))
			rest = append(rest, stream[at:end]...)
			at = end
			for {
				datagram, left, err := nextFrame(rest)
				if err != nil {
					return
				}
				if datagram == nil {
					break
				}
				if len(datagram) > maxDatagram {
					t.Fatalf("%d bytes", len(datagram))
				}
				mediaFrame(datagram)
				isCheck(datagram)
				again = appendFrame(again, datagram)
				rest = left
			}
		}
		if again = append(again, rest...); !bytes.Equal(again, stream) {
			t.Errorf("got %x of %x", again, stream)
		}
	})
}
