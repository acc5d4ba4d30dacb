package sound

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gen2brain/malgo"

	"takoshome/app/media"
)

func TestTroubleOfAMicrophone(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want media.Trouble
	}{
		"busy":   {malgo.ErrBusy, media.TroubleBusy},
		"denied": {malgo.ErrAccessDenied, media.TroubleDenied},
		"broken": {errors.New("smoke"), media.TroubleBroken},
	} {
		t.Run(name, func(t *testing.T) {
			withDesk(t, func(t *testing.T, d *desk, e *Engine) {
				d.set(func() { d.fails = test.err })
				var r troubles
				input, frames := openInput(t, e, "headset", &r)
				pass(time.Second)
				r.want(t, test.want)
				pass(time.Minute)
				r.want(t)
				if d.opens > 10 {
					t.Errorf("%d attempts in a minute", d.opens)
				}
				d.set(func() { d.fails = nil })
				pass(lastReopen + time.Second)
				r.want(t, media.TroubleNone)
				if frames.take() == 0 {
					t.Error("no sound")
				}
				_ = input.Close()
			})
		})
	}
}

func TestMicrophoneIsUnpluggedAndComesBack(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		var r troubles
		input, frames := openInput(t, e, "headset", &r)
		pass(5 * time.Second)
		r.want(t)
		if n := frames.take(); n < 490 || n > 500 {
			t.Errorf("%d frames in 5 s", n)
		}
		d.set(func() { d.devices[capture] = nil })
		pass(1500 * time.Millisecond)
		r.want(t, media.TroubleGone)
		if d.open1(t) != "" {
			t.Error("the device is still open")
		}
		frames.take()
		pass(time.Minute)
		r.want(t)
		if n := frames.take(); n > 0 {
			t.Errorf("%d frames without a microphone", n)
		}
		d.set(func() { d.devices[capture] = []found{headset()} })
		pass(1500 * time.Millisecond)
		r.want(t, media.TroubleNone)
		_ = input.Close()
	})
}

// PulseAudio gives nothing and says nothing while another program holds the
// hardware.
func TestSilentDeviceIsBusy(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		var r troubles
		input, _ := openInput(t, e, media.Default, &r)
		pass(5 * time.Second)
		d.set(func() { d.mute = true; d.running[0].config.stopped() })
		pass(staleAfter + time.Second)
		r.want(t, media.TroubleBusy)
		pass(time.Minute)
		r.want(t)
		d.set(func() { d.mute = false })
		pass(time.Second)
		r.want(t, media.TroubleNone)
		_ = input.Close()
	})
}

func TestMicrophoneThatWasNeverThere(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		var r troubles
		input, _ := openInput(t, e, "another", &r)
		pass(time.Second)
		r.want(t, media.TroubleGone)
		d.set(func() { d.devices[capture] = append(d.devices[capture], found{id: "another", name: "Other"}) })
		pass(1500 * time.Millisecond)
		r.want(t, media.TroubleNone)
		if got := d.open1(t); got != "another" {
			t.Errorf("%q is open", got)
		}
		_ = input.Close()
	})
}

func TestMicrophoneFollowsTheDefault(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		var r troubles
		input, _ := openInput(t, e, media.Default, &r)
		pass(time.Second)
		d.set(func() {
			d.devices[capture] = []found{{id: "headset", name: "Headset"}, {id: "usb", name: "USB", isDefault: true}}
		})
		pass(1500 * time.Millisecond)
		if got := d.open1(t); got != "usb" {
			t.Errorf("%q is open", got)
		}
		r.want(t)
		_ = input.Close()
	})
}

func TestSystemDiesAndComesBack(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		var r troubles
		input, _ := openInput(t, e, media.Default, &r)
		pass(time.Second)
		d.set(func() { d.dead = true })
		pass(1500 * time.Millisecond)
		r.want(t, media.TroubleGone)
		if !d.closed {
			t.Error("the dead system is still open")
		}
		d.set(func() { d.dead = false })
		pass(lastRetry + time.Second)
		r.want(t, media.TroubleNone)
		_ = input.Close()
	})
}

func TestSpeakerIsChangedAndSilenced(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		d.set(func() { d.devices[playback] = append(d.devices[playback], found{id: "desk", name: "Desk"}) })
		var r troubles
		fills := &counter{}
		output, err := e.OpenOutput(OutputConfig{Fill: func([]int16) { fills.add() }, Report: r.report})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = output.Close() }()
		for _, step := range []struct {
			id, open string
			reports  []media.Trouble
		}{
			{media.Default, "headset", nil},
			{"desk", "desk", nil},
			{"missing", "", []media.Trouble{media.TroubleGone}},
			{media.None, "", []media.Trouble{media.TroubleNone}},
			{"bad\x00id", "", []media.Trouble{media.TroubleGone}},
			{"headset", "headset", []media.Trouble{media.TroubleNone}},
		} {
			output.SetDevice(step.id)
			pass(time.Second)
			if got := d.open1(t); got != step.open {
				t.Errorf("%q: %q is open", step.id, got)
			}
			r.want(t, step.reports...)
			fills.take()
			pass(10 * time.Second)
			if n := fills.take(); n < 990 || n > 1010 {
				t.Errorf("%q: filled %d times in 10 s", step.id, n)
			}
		}
	})
}

// The clock takes over when a speaker stops to ask, and makes no more than real
// time.
func TestClockReplacesASpeakerThatStops(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		fills := &counter{}
		output, err := e.OpenOutput(OutputConfig{Fill: func([]int16) { fills.add() }})
		if err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		fills.take()
		d.set(func() { d.mute = true })
		pass(time.Second)
		if n := fills.take(); n < 70 || n > 100 {
			t.Errorf("filled %d times in the first second", n)
		}
		pass(time.Minute)
		if n := fills.take(); n < 5990 || n > 6010 {
			t.Errorf("filled %d times in a minute", n)
		}
		_ = output.Close()
		pass(time.Second)
		if n := fills.take(); n > 0 {
			t.Errorf("filled %d times after Close", n)
		}
	})
}

// A speaker whose buffer runs dry often gets a larger one, but not forever.
func TestBusyComputerBuffersMore(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		output, err := e.OpenOutput(OutputConfig{Fill: func([]int16) {}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = output.Close() }()
		period := func() int {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.running[0].config.periodMs
		}
		for _, want := range []int{20, 40, 60, 60} {
			pass(30 * time.Second)
			if got := period(); got != want {
				t.Errorf("%d ms are buffered, want %d", got, want)
			}
			for range 6 {
				d.set(func() { d.mute = true })
				pass(100 * time.Millisecond)
				d.set(func() { d.mute = false })
				pass(1500 * time.Millisecond)
			}
		}
		output.SetDevice(media.None)
		pass(time.Second)
		output.SetDevice(media.Default)
		pass(time.Second)
		if got := period(); got != 20 {
			t.Errorf("%d ms are buffered for another device", got)
		}
	})
}

func TestWatch(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		changes := &counter{}
		stop := e.Watch(changes.add)
		pass(10 * time.Second)
		if n := changes.take(); n > 0 {
			t.Errorf("%d changes of nothing", n)
		}
		d.set(func() { d.devices[capture] = append(d.devices[capture], found{id: "usb", name: "USB"}) })
		pass(1500 * time.Millisecond)
		if n := changes.take(); n != 1 {
			t.Errorf("%d changes of one device", n)
		}
		microphones, speakers := e.Devices()
		want := []media.Device{{ID: "headset", Name: "Headset", Default: true}, {ID: "usb", Name: "USB"}}
		if !slices.Equal(microphones, want) || !slices.Equal(speakers, want[:1]) {
			t.Errorf("%v, %v", microphones, speakers)
		}
		stop()
		d.set(func() { d.devices[capture] = nil })
		pass(5 * time.Second)
		if n := changes.take(); n > 0 {
			t.Error("told of changes after the end")
		}
	})
}

// A list that nobody watches is read when somebody asks.
func TestDevicesAreOfThisMoment(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		pass(time.Hour + time.Minute)
		d.set(func() { d.devices[playback] = nil })
		if _, speakers := e.Devices(); len(speakers) > 0 {
			t.Errorf("%v is still there", speakers)
		}
	})
}

// A sound server that hangs must not hang the call.
func TestHangingSystemDoesNotHangClose(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		input, _ := openInput(t, e, media.Default, &troubles{})
		pass(time.Second)
		hangs := make(chan struct{})
		d.set(func() { d.hangs = hangs })
		before := time.Now()
		_ = input.Close()
		_, _ = e.Devices()
		_ = e.Close()
		if took := time.Since(before); took > 3*answerWithin {
			t.Errorf("took %v", took)
		}
		close(hangs)
		synctest.Wait()
	})
}

func TestReportMayAskForDevices(t *testing.T) {
	withDesk(t, func(t *testing.T, d *desk, e *Engine) {
		d.set(func() { d.devices[capture] = nil })
		said := make(chan int, 1)
		input, err := e.OpenInput(InputConfig{Frames: func([]int16) {}, Report: func(media.Trouble) {
			microphones, _ := e.Devices()
			said <- len(microphones)
		}})
		if err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		if n := <-said; n != 0 {
			t.Errorf("%d microphones", n)
		}
		if took := time.Since(before); took > time.Second {
			t.Errorf("it took %v", took)
		}
		_ = input.Close()
	})
}

func TestWrongConfigs(t *testing.T) {
	withDesk(t, func(t *testing.T, _ *desk, e *Engine) {
		frames, fill := func([]int16) {}, func([]int16) {}
		for _, id := range []string{media.None, "a\nb", "\xff", string(make([]byte, 2000))} {
			if _, err := e.OpenInput(InputConfig{ID: id, Frames: frames}); !errors.Is(err, ErrBadID) {
				t.Errorf("microphone %.10q: %v", id, err)
			}
			if id == media.None {
				continue
			}
			if _, err := e.OpenOutput(OutputConfig{ID: id, Fill: fill}); !errors.Is(err, ErrBadID) {
				t.Errorf("speaker %.10q: %v", id, err)
			}
		}
		if _, err := e.OpenInput(InputConfig{}); !errors.Is(err, errNoFrames) {
			t.Error(err)
		}
		if _, err := e.OpenOutput(OutputConfig{}); !errors.Is(err, errNoFill) {
			t.Error(err)
		}
		_ = e.Close()
		if _, err := e.OpenInput(InputConfig{Frames: frames}); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
		if _, err := e.OpenOutput(OutputConfig{Fill: fill}); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
}
