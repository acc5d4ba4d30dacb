package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Fyne's controls keep the keys that they have no use for. These hand them on to
// the window, and leave Space to push-to-talk while spaceTaken says so.

// passingCheck is Fyne's switch. Enter turns it too.
type passingCheck struct {
	widget.Check
	spaceTaken func() bool
}

func newPassingCheck(text string, changed func(bool)) *passingCheck {
	c := &passingCheck{}
	c.Text, c.OnChanged = text, changed
	c.ExtendBaseWidget(c)
	return c
}

// FocusGained shows that the keyboard is here, and the switch.
func (c *passingCheck) FocusGained() {
	c.Check.FocusGained()
	reveal(c)
}

// TypedRune turns the switch with Space.
func (c *passingCheck) TypedRune(r rune) {
	if r != ' ' || c.spaceTaken == nil || !c.spaceTaken() {
		c.Check.TypedRune(r)
	}
}

// TypedKey turns the switch with Enter and hands on the rest.
func (c *passingCheck) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.SetChecked(!c.Checked)
	case fyne.KeySpace: // comes as a rune
	default:
		typedInWindow(c, event)
	}
}

// KeyDown leaves the key to the window.
func (c *passingCheck) KeyDown(event *fyne.KeyEvent) { keyDownInWindow(c, event) }

// KeyUp leaves the key to the window.
func (c *passingCheck) KeyUp(event *fyne.KeyEvent) { keyUpInWindow(c, event) }

// passingSelect is Fyne's choice of one. Enter opens it too.
type passingSelect struct {
	widget.Select
	spaceTaken func() bool
}

func newPassingSelect(changed func(string)) *passingSelect {
	s := &passingSelect{}
	s.OnChanged, s.PlaceHolder = changed, " "
	s.ExtendBaseWidget(s)
	return s
}

// FocusGained shows that the keyboard is here, and the choice.
func (s *passingSelect) FocusGained() {
	s.Select.FocusGained()
	reveal(s)
}

// TypedKey opens the choice or goes through it, and hands on the rest.
func (s *passingSelect) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace:
		if s.spaceTaken == nil || !s.spaceTaken() {
			s.Select.TypedKey(event)
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		s.Select.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		s.Select.TypedKey(event)
	default:
		typedInWindow(s, event)
	}
}

// KeyDown leaves the key to the window.
func (s *passingSelect) KeyDown(event *fyne.KeyEvent) { keyDownInWindow(s, event) }

// KeyUp leaves the key to the window.
func (s *passingSelect) KeyUp(event *fyne.KeyEvent) { keyUpInWindow(s, event) }

// passingSlider is Fyne's slider.
type passingSlider struct{ widget.Slider }

func newPassingSlider(least, most, step float64) *passingSlider {
	s := &passingSlider{}
	s.Min, s.Max, s.Step = least, most, step
	s.Orientation = widget.Horizontal
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey moves the slider and hands on the rest.
func (s *passingSlider) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		s.Slider.TypedKey(event)
	default:
		typedInWindow(s, event)
	}
}

// KeyDown leaves the key to the window.
func (s *passingSlider) KeyDown(event *fyne.KeyEvent) { keyDownInWindow(s, event) }

// KeyUp leaves the key to the window.
func (s *passingSlider) KeyUp(event *fyne.KeyEvent) { keyUpInWindow(s, event) }
