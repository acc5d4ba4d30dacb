package takoscall

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
	"takoshome/sfu/signaling/callertest"
)

// FuzzMessage carries out whatever a controller may send, in a host with a call.
func FuzzMessage(f *testing.F) {
	for _, text := range []string{
		`{"type":"createRoom","id":"1","data":{"roomId":"hall","options":{"mediaCodecs":[{"kind":"audio","mimeType":"audio/opus","clockRate":48000,"channels":2}]}}}`,
		`{"type":"closeRoom","id":"1","data":{"roomId":"hall"}}`,
		`{"type":"addPeer","id":2,"data":{"roomId":"den","peerId":"bob","options":{}}}`,
		`{"type":"removePeer","id":2,"data":{"roomId":"den","peerId":"bob"}}`,
		`{"type":"createTransport","id":"3","data":{"roomId":"den","peerId":"alice","direction":"recv","options":{"listenIps":[]}}}`,
		`{"type":"connectTransport","id":"4","data":{"roomId":"den","peerId":"alice","transportId":"SEND","dtlsParameters":{"role":"auto","fingerprints":[{"algorithm":"sha-256","value":"00:11"}]}}}`,
		`{"type":"connectTransport","id":"4","data":{"roomId":"den","peerId":"alice","transportId":"SEND","dtlsParameters":"{\"role\":\"client\"}"}}`,
		`{"type":"createConsumer","id":"6","data":{"roomId":"den","peerId":"alice","transportId":"RECV","producerId":"PRODUCER","rtpCapabilities":{"codecs":[],"headerExtensions":[]}}}`,
		`{"type":"closeProducer","id":"7","data":{"roomId":"den","peerId":"alice","producerId":"PRODUCER"}}`,
		`{"type":"closeConsumer","id":"7","data":{"roomId":"den","peerId":"alice","consumerId":"CONSUMER"}}`,
		`{"type":"getAllRooms"}`, `{"type":"getRoomInfo","id":"8","data":{"roomId":"den"}}`, `null`, `{`, `[[[[`,
	} {
		f.Add(text)
	}
	produce, err := json.Marshal(map[string]any{"type": "createProducer", "id": "5", "data": map[string]any{
		"roomId": "den", "peerId": "alice", "transportId": "SEND", "kind": "video",
		"rtpParameters": callertest.ProduceRequest("video", "1", 7)["rtpParameters"],
	}})
	must(f, err)
	f.Add(string(produce))
	server := newSfu(f)
	f.Fuzz(func(t *testing.T, text string) {
		h, ids := newFuzzedHub(t, server)
		go h.run()
		defer h.close()
		o := newOutbox(newEnding())
		h.join(o)
		for range 2 { // what a message made, the same one finds
			h.answer(o, []byte(ids.Replace(text)))
		}
		answers := 0
		for _, e := range o.take() {
			if _, err := json.Marshal(e.message); err != nil {
				t.Errorf("cannot be told: %v", err)
			}
			if e.isAnswer {
				answers++
			}
		}
		if answers != 2 {
			t.Errorf("%d answers to two messages", answers)
		}
	})
}

// newFuzzedHub is a hub with a call in it, and what puts its ids into a message.
func newFuzzedHub(t *testing.T, server *sfu.WebRtcServer) (*hub, *strings.Replacer) {
	t.Helper()
	config := Config{Server: server, Logger: slog.New(slog.DiscardHandler), OnChange: func() {}}
	config.Limits.fill()
	h, now := newHub(config), time.Now()
	r, err := h.openRoom(now, "den", nil)
	must(t, err)
	p, err := h.addPeer(now, r, "alice")
	must(t, err)
	send, err := h.addTransport(p, sfu.DirectionSend)
	must(t, err)
	recv, err := h.addTransport(p, sfu.DirectionRecv)
	must(t, err)
	text, err := json.Marshal(callertest.ProduceRequest("audio", "0", 5)["rtpParameters"])
	must(t, err)
	var parameters ortc.RtpParameters
	must(t, json.Unmarshal(text, &parameters))
	own, err := h.addProducer(send, ortc.KindAudio, parameters)
	must(t, err)
	c, err := h.addConsumer(recv, own, r.router.RtpCapabilities())
	must(t, err)
	return h, strings.NewReplacer(
		"SEND", send.sfu.ID(), "RECV", recv.sfu.ID(), "PRODUCER", own.sfu.ID(), "CONSUMER", c.sfu.ID())
}
