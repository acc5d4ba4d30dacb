package takoscall

import (
	"fmt"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// Controllers that make and break the same rooms at once: what is left at the
// end is nothing, and every one heard as many ends as beginnings.
func TestManyControllers(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	watcher := h.connect()
	watcher.settle()
	var all sync.WaitGroup
	for i := range 4 {
		c := h.connect()
		all.Go(func() {
			for n := range 10 {
				roomID, peerID := fmt.Sprint("room ", n%3), fmt.Sprint("peer ", i)
				at := data{"roomId": roomID, "peerId": peerID, "direction": "send", "options": data{}}
				// Another may have made or closed it just now.
				for _, command := range []string{"createRoom", "addPeer", "createTransport", "getRoomInfo", "removePeer", "closeRoom"} {
					c.try(command, at)
				}
			}
		})
	}
	all.Wait()
	counts := map[string]int{}
	for _, e := range watcher.settle() {
		counts[e.Event]++
	}
	for began, ended := range map[string]string{
		"roomCreated": "roomClosed", "peerAdded": "peerClosed", "transportCreated": "transportClosed",
	} {
		if counts[began] == 0 || counts[began] != counts[ended] {
			t.Errorf("%d %s, %d %s", counts[began], began, counts[ended], ended)
		}
	}
	if rooms := h.Snapshot(); len(rooms) != 0 {
		t.Errorf("left: %+v", rooms)
	}
}

// A controller that sends commands and reads nothing comes to a stand; another
// is served meanwhile.
func TestControllerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	deaf, _, err := websocket.DefaultDialer.Dial(h.url("?api_key="+testKey), nil)
	must(t, err)
	var sending sync.WaitGroup
	sending.Go(func() {
		command := []byte(`{"type":"getRouterRtpCapabilities","id":"1","data":{"roomId":"den"}}`)
		for deaf.WriteMessage(websocket.TextMessage, command) == nil {
		}
	})
	c := h.connect()
	s := c.enter("den", "alice")
	for range 100 {
		s.ask("getPeerInfo", s.at(nil), nil)
	}
	must(t, deaf.NetConn().Close())
	sending.Wait()
}
