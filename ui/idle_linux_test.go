package ui

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// idleTime is how long BenchmarkIdleInTray watches.
const idleTime = 30 * time.Second

// BenchmarkIdleInTray measures what the app costs while it hosts without
// guests and its window is closed: percent of a core, user and system.
func BenchmarkIdleInTray(b *testing.B) {
	s := newDeskSession(b, true)
	window := s.open(b, "en_GB.UTF-8")
	tray := s.tray(b)
	until(b, "the window is there", func() bool { return s.showsWindow(b) })
	tray.click(b, "Start hosting")
	window.expect(b, "command app.StartHosting")
	window.order(b, "key W")
	until(b, "the window is hidden", func() bool { return !s.showsWindow(b) })
	var used time.Duration
	for range b.N {
		before := cpuTime(b, window.pid)
		<-time.After(idleTime)
		used += cpuTime(b, window.pid) - before
	}
	share := used.Seconds() / (float64(b.N) * idleTime.Seconds())
	b.ReportMetric(share*100, "%core")
}

// filmTime is how long BenchmarkFourVideos watches.
const filmTime = 10 * time.Second

// BenchmarkFourVideos measures what it costs to draw four friends of 640x360 at
// 30 frames a second, without decoding them: percent of a core, user and
// system, with OpenGL made by software.
func BenchmarkFourVideos(b *testing.B) {
	s := newDeskSession(b, false)
	window := s.open(b, "en_GB.UTF-8")
	until(b, "the window is there", func() bool { return s.showsWindow(b) })
	window.order(b, "videos4")
	until(b, "the pictures are wanted", func() bool {
		window.order(b, "videos")
		return window.expect(b, "videos") == "videos video0 video1 video2 video3"
	})
	window.order(b, "film")
	<-time.After(8 * time.Second) // until the films are made
	var used time.Duration
	for range b.N {
		before := cpuTime(b, window.pid)
		<-time.After(filmTime)
		used += cpuTime(b, window.pid) - before
	}
	b.ReportMetric(used.Seconds()/(float64(b.N)*filmTime.Seconds())*100, "%core")
	s.saveScreen(b, "desktop-four")
}

// cpuTime is what a process has used, from proc(5) "/proc/pid/stat".
func cpuTime(t testing.TB, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	ticks := 0
	for _, field := range fields[11:13] { // utime and stime, in hundredths
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
