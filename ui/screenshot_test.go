package ui

import (
	"bytes"
	"fmt"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

// TestScreenshots writes a picture of every screen into the folder that
// TAKOSHOME_SCREENSHOTS names, for a person to look at. Without it, it still
// draws each of them and checks that nothing stands outside the window.
// TAKOSHOME_SCENES draws only those whose names begin with it.
func TestScreenshots(t *testing.T) {
	all := scenes()
	maps.Copy(all, peopleScenes())
	maps.Copy(all, reachScenes())
	for name, scene := range all {
		if only := os.Getenv("TAKOSHOME_SCENES"); only != "" && !strings.HasPrefix(name, only) {
			continue
		}
		for _, language := range []string{"en", "ja"} {
			for variantName, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
				for _, width := range []float32{480, 960, 1600} {
					wide := width == 1600 || language == "ja" && width > 480
					if os.Getenv("TAKOSHOME_SCREENSHOTS") == "" && (variant == theme.VariantDark || wide) {
						continue // nobody looks, and texts are as long in the others
					}
					file := fmt.Sprintf("%s-%s-%s-%d", name, language, variantName, int(width))
					t.Run(file, func(t *testing.T) {
						height := map[float32]float32{480: 800, 960: 720, 1600: 1000}[width]
						v := newView(t, language, variant, fyne.NewSize(width, height))
						scene(v)
						checkInside(t, v)
						save(t, v, file)
					})
				}
			}
		}
	}
}

// scenes are the screens by name.
func scenes() map[string]func(*view) {
	return map[string]func(*view){
		"home-stopped": func(v *view) { v.publish(stopped()) },
		"home-starting": func(v *view) {
			s := stopped()
			s.Host.State = app.HostStarting
			v.publish(s)
		},
		"home-failed": func(v *view) {
			s := stopped()
			s.Host.State = app.HostFailed
			s.Notice = &app.Notice{Key: "notice.portTaken", Args: map[string]string{"port": "8443"}, Bad: true}
			v.publish(s)
		},
		"home-hosting": func(v *view) {
			s := hosting()
			s.Host.Reach, s.Host.TLS, s.Host.Announced = app.ReachHome, "self-signed", []string{"192.168.1.20"}
			v.publish(s)
		},
		"home-invited": func(v *view) {
			s := call(4)
			s.Invitations = invitations(3)
			v.publish(s)
		},
		"home-ask": func(v *view) {
			s := call(4)
			s.Host.Reach, s.Host.TLS = app.ReachHome, "off"
			s.Invitations = invitations(1)
			v.publish(s)
			v.askStop()
		},
		"home-focus": func(v *view) {
			s := hosting()
			s.Invitations = invitations(2)
			v.publish(s)
			v.window.Canvas().Focus(v.shell.home.form.make)
			v.shell.home.view.markCopied()
		},
		"home-no-tray":   func(v *view) { v.publish(hosting()); v.closeWith(false) },
		"panel-0":        func(v *view) { v.openPanel(hosting()) },
		"panel-1":        func(v *view) { v.openPanel(call(1)) },
		"panel-4":        func(v *view) { v.openPanel(call(4)) },
		"panel-12":       func(v *view) { v.openPanel(call(12)) },
		"panel-peer":     func(v *view) { v.openPanel(call(4)); v.selectRow("Movie night", "花子") },
		"panel-producer": func(v *view) { v.openPanel(call(4)); v.selectRow("Movie night", "花子", "p1-1") },
		"panel-consumer": func(v *view) { v.openPanel(call(2)); v.selectRow("Movie night", "花子", "c1-p0-1") },
		"call-idle":      func(v *view) { v.publish(stopped()); v.shell.open(pageCall); v.redraw() },
		"call-prepare":   func(v *view) { v.openCall(preparing()) },
		"call-prepare-none": func(v *view) {
			s := preparing()
			s.Call.NeedsName, s.Call.Me.Camera, s.Call.Me.Muted, s.Call.Choice.Camera = false, false, true, "none"
			s.Call.Troubles = []session.DeviceTrouble{{Kind: session.Microphone, Name: devices().Microphones[1].Name, Trouble: media.TroubleBusy}}
			v.openCall(s)
			v.shell.call.prepare.controls.unfold()
		},
		"call-joining": func(v *view) { s := preparing(); s.Call.State = session.StateJoining; v.openCall(s) },
		"call-0":       func(v *view) { v.openCall(calling(0)) },
		"call-1":       func(v *view) { v.openCall(calling(1)) },
		"call-2":       func(v *view) { v.openCall(calling(2)) },
		"call-4":       func(v *view) { v.openCall(calling(4)) },
		"call-12":      func(v *view) { v.openCall(calling(12)) },
		"call-30":      func(v *view) { v.openCall(calling(30)) },
		"call-screen":  func(v *view) { v.openCall(sharing(calling(4), 1)) },
		"call-pinned": func(v *view) {
			v.openCall(calling(5))
			v.shell.call.room.stage.pin("person peer3")
			v.openCall(calling(5))
		},
		"call-chat": func(v *view) {
			v.openCall(calling(4))
			v.shell.call.room.toggle(panelChat)
			v.openCall(chatting(calling(4)))
		},
		"call-unread": func(v *view) { v.openCall(calling(3)); v.openCall(chatting(calling(3))) },
		"call-people": func(v *view) { v.openCall(calling(5)); v.shell.call.room.toggle(panelPeople); v.openCall(calling(5)) },
		"call-share":  func(v *view) { v.openCall(calling(2)); v.shell.call.room.toggle(panelShare); v.openCall(calling(2)) },
		"call-sharing": func(v *view) {
			s := calling(2)
			s.Call.Me.Sharing = true
			v.openCall(s)
			v.shell.call.room.toggle(panelShare)
			v.openCall(s)
		},
		"call-devices": func(v *view) {
			s := calling(2)
			s.Call.Troubles = []session.DeviceTrouble{{Kind: session.Camera, Name: "HD Pro Webcam C920", Trouble: media.TroubleGone}}
			v.openCall(s)
			v.shell.call.room.toggle(panelDevices)
			v.shell.call.room.devices.controls.unfold()
			v.openCall(s)
		},
		"call-muted": func(v *view) {
			s := calling(3)
			s.Call.Me.Muted, s.Call.Me.Deafened, s.Call.Me.Camera, s.Call.Me.SpeakingWhileMuted = true, false, false, true
			v.openCall(s)
		},
		"call-weak": func(v *view) {
			s := calling(4)
			s.Call.Me.Quality = session.QualityBad
			v.openCall(s)
			v.window.Canvas().Focus(v.shell.call.room.stage.tiles["person peer3"])
		},
		"call-audio": func(v *view) {
			s := calling(3)
			s.Call.CallType = "audio"
			s.Call.Me.Camera = false
			for i := range s.Call.People {
				s.Call.People[i].Videos = nil
			}
			v.openCall(s)
		},
		"call-reconnecting": func(v *view) { s := calling(2); s.Call.State = session.StateReconnecting; v.openCall(s) },
		"call-full":         func(v *view) { v.openCall(calling(2)); v.shell.fill(true) },
		"call-incoming": func(v *view) {
			s := hosting()
			s.Call.Incoming = []session.Incoming{{ID: "1", From: "花子", CallType: "video"}}
			v.publish(s)
		},
		"call-ended":       func(v *view) { v.openCall(ended("")) },
		"call-gone":        func(v *view) { v.openCall(ended(session.ProblemHostGone)) },
		"call-certificate": func(v *view) { v.openCall(ended(session.ProblemCertificate)) },
		"panel-long-name":  func(v *view) { v.openPanel(call(5)); v.selectRow("Movie night", names()[4]) },
	}
}

func (v *view) openPanel(s *app.Snapshot) {
	v.minute(s)
	v.shell.open(pagePanel)
	v.publish(s)
}

func (v *view) selectRow(names ...string) { v.shell.panel.table.widget.Select(nodeID(names...)) }

// save writes what the window shows, if somebody wants to see it.
func save(t *testing.T, v *view, name string) {
	t.Helper()
	folder := os.Getenv("TAKOSHOME_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture := v.window.Canvas().Capture()
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
