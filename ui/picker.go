package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app/media"
	"takoshome/app/session"
)

// picker chooses one device of a kind, the system's own choice, or none. A
// device that does not work is a sentence below.
type picker struct {
	object  *fyne.Container
	kind    session.DeviceKind
	choice  *passingSelect
	trouble *paragraph
	options []pickerOption
	chosen  wish[string]
	onPick  func(session.DeviceKind, string)
}

// pickerOption is one line of a picker.
type pickerOption struct{ id, text string }

func newPicker(kind session.DeviceKind, onPick func(session.DeviceKind, string)) *picker {
	p := &picker{kind: kind, onPick: onPick, trouble: newParagraph("", textCaption, colorMuted)}
	p.choice = newPassingSelect(p.picked)
	p.trouble.Hide()
	p.object = container.New(columnLayout{4}, newLine(kindName(kind), textCaption, colorMuted).shrinking(),
		container.NewStack(p.choice, newGround("", theme.ColorNameInputBorder, cornerRadius)), p.trouble)
	return p
}

func (p *picker) picked(text string) {
	for _, option := range p.options {
		if option.text == text {
			p.chosen.set(option.id, time.Now())
			p.onPick(p.kind, option.id)
			return
		}
	}
}

// update shows what there is and what is chosen; it says whether the height has
// changed.
func (p *picker) update(devices []media.Device, chosen string, trouble *session.DeviceTrouble, now time.Time) bool {
	chosen = p.chosen.over(chosen, now)
	options := pickerOptions(p.kind, devices, chosen, trouble)
	if !sameOptions(p.options, options) {
		p.options = options
		texts := make([]string, len(options))
		for i, option := range options {
			texts[i] = option.text
		}
		p.choice.Options = texts
		p.choice.Refresh()
	}
	for _, option := range options {
		if option.id == chosen && p.choice.Selected != option.text {
			p.choice.Selected = option.text // not SetSelected, which would send it
			p.choice.Refresh()
		}
	}
	words := ""
	if trouble != nil {
		words = troubleWords(*trouble)
	}
	changed := p.trouble.text != words
	p.trouble.setText(words)
	setVisible(p.trouble, words != "")
	return changed
}

// pickerOptions are the lines of a picker: the system's choice, every device,
// one that is chosen but not there, and none.
func pickerOptions(kind session.DeviceKind, devices []media.Device, chosen string, trouble *session.DeviceTrouble) []pickerOption {
	standard := tr("device.default")
	for _, d := range devices {
		if d.Default {
			standard = tr("device.defaultNamed", "name", shown(d.Name))
		}
	}
	options := []pickerOption{{media.Default, standard}}
	known := chosen == media.Default || chosen == media.None
	for _, d := range devices {
		options = append(options, pickerOption{d.ID, shown(d.Name)})
		known = known || d.ID == chosen
	}
	if !known {
		name := deviceName(chosen)
		if trouble != nil && trouble.Name != "" {
			name = trouble.Name
		}
		options = append(options, pickerOption{chosen, shown(name)})
	}
	options = append(options, pickerOption{media.None, noDevice(kind)})
	return distinct(options)
}

// distinct numbers lines that read the same: Fyne knows a line by its text.
func distinct(options []pickerOption) []pickerOption {
	seen := make(map[string]int, len(options))
	for i := range options {
		text := options[i].text
		seen[text]++
		if n := seen[text]; n > 1 {
			options[i].text = text + " (" + strconv.Itoa(n) + ")"
		}
	}
	return options
}

func sameOptions(a, b []pickerOption) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
