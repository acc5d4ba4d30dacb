package echo

import (
	"bytes"
	"encoding/json"
	"testing"
)

func encode(t testing.TB, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func FuzzQuestion(f *testing.F) {
	f.Add(encode(f, Question{Version: 1, Token: random(tokenBytes), Ports: []Port{{Kind: Web, Port: 443, Name: "a.example"}}}))
	f.Add(encode(f, Question{Version: 1, Token: random(tokenBytes), ICE: &testICE, Ports: []Port{{Kind: UDP, Port: 1}}}))
	f.Fuzz(func(t *testing.T, text []byte) {
		q, err := readQuestion(text)
		if err != nil {
			return
		}
		again, err := readQuestion(encode(t, q))
		if err != nil || len(again.Ports) == 0 || len(again.Ports) > MaxPorts {
			t.Errorf("%q: %+v, %v", text, again, err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	q := Question{Ports: []Port{{Kind: Web, Port: 443}}}
	f.Add([]byte(`{"v":1,"address":"203.0.113.1","time":"2026-11-23T12:00:00Z","results":[{"kind":"web","port":443,"state":"open"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if answer, err := readAnswer(text, q); err == nil && !answer.Address.IsValid() {
			t.Errorf("%q: %+v", text, answer)
		}
	})
}

func FuzzCheck(f *testing.F) {
	c, err := newCheck(testICE)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.request.Raw)
	f.Add(answerTo(c.request.Raw, testICE))
	f.Fuzz(func(t *testing.T, packet []byte) {
		if c.isAnswer(packet) && !bytes.Contains(packet, c.request.TransactionID[:]) {
			t.Errorf("%x", packet)
		}
		_, _ = readFrame(bytes.NewReader(packet))
	})
}
