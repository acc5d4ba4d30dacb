package ui

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// TestScreenshots writes a picture of every screen into the folder that
// TAKOSHOME_SCREENSHOTS names, for a person to look at. Without it, it still
// draws each of them and checks that nothing stands outside the window.
func TestScreenshots(t *testing.T) {
	for name, scene := range scenes() {
		for _, language := range []string{"en", "ja"} {
			for variantName, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
				for _, width := range []float32{480, 960, 1600} {
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
		"home-no-tray":    func(v *view) { v.publish(hosting()); v.closeWith(false) },
		"panel-0":         func(v *view) { v.openPanel(hosting()) },
		"panel-1":         func(v *view) { v.openPanel(call(1)) },
		"panel-4":         func(v *view) { v.openPanel(call(4)) },
		"panel-12":        func(v *view) { v.openPanel(call(12)) },
		"panel-peer":      func(v *view) { v.openPanel(call(4)); v.selectRow("Movie night", "花子") },
		"panel-producer":  func(v *view) { v.openPanel(call(4)); v.selectRow("Movie night", "花子", "p1-1") },
		"panel-consumer":  func(v *view) { v.openPanel(call(2)); v.selectRow("Movie night", "花子", "c1-p0-1") },
		"panel-long-name": func(v *view) { v.openPanel(call(5)); v.selectRow("Movie night", names()[4]) },
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
	picture := v.window.Canvas().Capture()
	folder := os.Getenv("TAKOSHOME_SCREENSHOTS")
	if folder == "" {
		return
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
