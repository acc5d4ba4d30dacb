package signaling_test

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Row 18 with sockets: people come by a WebSocket, get their transports and go,
// with a close frame or without. (The room's own test has ten times as many.)
func TestFault18SocketsComeAndGo(t *testing.T) {
	h := newHost(t)
	comeAndGo := func(n int) {
		for i := range n {
			conn, response, err := websocket.DefaultDialer.Dial(h.address(h.query("alice")), nil)
			must(t, err)
			must(t, response.Body.Close())
			_, _, err = conn.ReadMessage() // init
			must(t, err)
			if i%2 == 0 {
				must(t, conn.WriteControl(websocket.CloseMessage,
					websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second)))
				_, _, _ = conn.ReadMessage() // the answer
			}
			must(t, conn.Close())
		}
	}
	usage := func() (goroutines, files, heapBytes int) {
		runtime.GC()
		runtime.GC() // what pools let go of
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		open, _ := os.ReadDir("/proc/self/fd") // none where there is no such folder
		return runtime.NumGoroutine(), len(open), int(m.HeapAlloc)
	}
	comeAndGo(10)
	goroutines, files, heap := usage()
	comeAndGo(1000)
	const runtimesOwn = 512 << 10
	eventually(t, "all is as before", 60*time.Second, func() bool {
		g, f, b := usage()
		return g <= goroutines && f <= files && b <= heap+heap/20+runtimesOwn
	})
}
