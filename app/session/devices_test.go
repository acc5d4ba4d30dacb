package session

import (
	"errors"
	"slices"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/session/devicetest"
)

func TestNoDevicesAtAll(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.computer.Fail = errors.New("no sound server")
		s, call := b.join()
		if len(s.Troubles) != 3 || s.Troubles[0] != (DeviceTrouble{Microphone, "", media.TroubleBroken}) {
			t.Errorf("troubles %+v", s.Troubles)
		}
		b.wantTold("notice.devicesFailed")
		if got := b.told()[0]; got.args["reason"] != "no sound server" || !got.bad {
			t.Errorf("told %+v", got)
		}
		for _, c := range []Command{Mute(true), Deafen(true), TurnCamera(false), Choose(Speaker, "x"), Choose(Camera, media.None)} {
			b.do(c)
		}
		b.refuse(Share("screen1", true), ErrNoDevice)
		if len(call.producers) != 0 {
			t.Error("something is sent")
		}
		b.do(Say("hello"))
	})
}

func TestJoinWithNone(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.do(Prepare(roomLink, Wishes{Name: "Me", Microphone: "none", Speaker: "NONE", Camera: "none"}, true))
		s := b.now()
		if s.State != StateInCall || len(s.Troubles) != 0 || !s.Me.Muted || s.Me.Camera ||
			b.computer.Microphone() != nil || b.computer.Camera() != nil {
			t.Errorf("got %+v", s)
		}
		if speaker, _, _ := b.computer.Playback().State(); speaker != media.None {
			t.Errorf("speaker %q", speaker)
		}
		s = b.do(Choose(Microphone, "mic2"))
		sound := b.network.call().producer("audio", "")
		if s.Me.Muted || sound == nil || !b.computer.Microphone().Speak(nil) {
			t.Error("the microphone chosen later is not heard")
		}
		s = b.do(Choose(Microphone, media.None))
		if _, paused, _ := sound.state(); !s.Me.Muted || !paused {
			t.Error("without a microphone others see no mark")
		}
		if s = b.do(Mute(false)); s.Me.Muted || s.Choice.Microphone != media.Default {
			t.Errorf("got %+v", s.Me)
		}
	})
}

func TestMissingDevice(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.do(Prepare(roomLink, Wishes{Name: "Me", Microphone: "Old Headset", Camera: "/films/a.y4m"}, false))
		m, c := b.computer.Microphone(), b.computer.Camera()
		m.Config.Report(media.TroubleGone)
		c.Config.Report(media.TroubleBusy)
		b.computer.Playback().Trouble(media.TroubleDenied)
		want := []DeviceTrouble{
			{Microphone, "Old Headset", media.TroubleGone},
			{Speaker, "Built-in Speaker", media.TroubleDenied},
			{Camera, "a.y4m", media.TroubleBusy},
		}
		if s := b.now(); !slices.Equal(s.Troubles, want) {
			t.Errorf("got %+v", s.Troubles)
		}
		s := b.do(Join(""))
		call := b.network.call()
		if s.State != StateInCall || call.producer("video", "") != nil {
			t.Errorf("got %+v", s)
		}
		if sound := call.producer("audio", ""); sound == nil || !sound.config.Paused {
			t.Error("a missing microphone looks like one that is on")
		}
		m.Config.Report(media.TroubleNone)
		c.Config.Report(media.TroubleNone)
		b.computer.Playback().Trouble(media.TroubleNone)
		if s := b.now(); len(s.Troubles) != 0 || call.producer("video", "") == nil {
			t.Errorf("got %+v", s.Troubles)
		}
		if _, paused, _ := call.producer("audio", "").state(); paused || !m.Speak(nil) {
			t.Error("the microphone that came is not heard")
		}
	})
}

// The call goes on without a device and takes it again.
func TestDeviceLostAndBack(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		m, c := b.computer.Microphone(), b.computer.Camera()
		sound, picture := call.producer("audio", ""), call.producer("video", "")
		for range 2 {
			m.Config.Report(media.TroubleGone)
			c.Config.Report(media.TroubleGone)
			s := b.now()
			_, p1, closed1 := sound.state()
			_, p2, closed2 := picture.state()
			if s.State != StateInCall || len(s.Troubles) != 2 || !p1 || !p2 || closed1 || closed2 {
				t.Errorf("lost: %+v, %v %v", s.Troubles, p1, p2)
			}
			m.Config.Report(media.TroubleNone)
			c.Config.Report(media.TroubleNone)
			s = b.now()
			_, p1, _ = sound.state()
			_, p2, _ = picture.state()
			if len(s.Troubles) != 0 || p1 || p2 {
				t.Errorf("back: %+v, %v %v", s.Troubles, p1, p2)
			}
		}
	})
}

// Another device takes the place of the first with the same producer.
func TestDeviceChange(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		oldMicrophone, oldCamera := b.computer.Microphone(), b.computer.Camera()
		sound, picture := call.producer("audio", ""), call.producer("video", "")
		picture.config.Bitrate(1, 300_000)
		picture.config.Bitrate(2, 0)
		if bps, _ := oldCamera.Rate(1); bps != 300_000 {
			t.Errorf("bitrate %d", bps)
		}
		b.do(Process(media.Processing{Noise: true}))
		b.do(Choose(Microphone, "mic2"))
		b.do(Choose(Camera, "cam2"))
		s := b.do(Choose(Speaker, "out2"))
		m, c := b.computer.Microphone(), b.computer.Camera()
		if m.Config.ID != "mic2" || c.Config.ID != "cam2" || s.Choice.Speaker != "out2" {
			t.Fatalf("got %s, %s", m.Config.ID, c.Config.ID)
		}
		if _, _, closed, _ := oldMicrophone.State(); !closed {
			t.Error("the old microphone is open")
		}
		if _, closed, _ := oldCamera.State(); !closed {
			t.Error("the old camera is open")
		}
		if _, _, _, p := m.State(); p != (media.Processing{Noise: true}) {
			t.Errorf("processing %+v", p)
		}
		if call.producer("audio", "") != sound || call.producer("video", "") != picture {
			t.Error("there are new producers")
		}
		m.Speak([]byte("new"))
		c.Film(1, []byte("new"), true)
		for p, want := range map[*fakeProducer]string{sound: "0new", picture: "1new"} {
			if got, _, _ := p.state(); len(got) != 1 || got[0] != want {
				t.Errorf("got %q, want %s", got, want)
			}
		}
		if bps, _ := c.Rate(1); bps != 300_000 {
			t.Errorf("the new camera has bitrate %d", bps)
		}
		if bps, _ := c.Rate(2); bps != 0 {
			t.Errorf("the switched off layer has bitrate %d", bps)
		}
		picture.config.KeyFrame(0)
		if _, keys := c.Rate(0); keys == 0 {
			t.Error("no keyframe was asked for")
		}
		oldCamera.Config.Report(media.TroubleGone) // late news
		if s := b.now(); len(s.Troubles) != 0 {
			t.Errorf("trouble of the old one: %+v", s.Troubles)
		}
	})
}

func TestCameraThatCannotSendYet(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.computer.FailStart(errors.New("no picture yet"))
		_, call := b.join()
		c := b.computer.Camera()
		c.Config.Report(media.TroubleGone)
		if b.now(); call.producer("video", "") != nil {
			t.Error("nothing is sent")
		}
		b.computer.FailStart(nil)
		c.Config.Report(media.TroubleNone)
		if b.now(); call.producer("video", "") == nil || !c.Film(0, nil, true) {
			t.Error("the camera that came is not seen")
		}
	})
}

func TestIDThatNobodyUnderstands(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		s := b.do(Choose(Microphone, "bad"))
		if len(s.Troubles) != 1 || s.Troubles[0].Trouble != media.TroubleBroken {
			t.Errorf("got %+v", s.Troubles)
		}
		if s = b.do(Choose(Microphone, "mic1")); len(s.Troubles) != 0 {
			t.Errorf("got %+v", s.Troubles)
		}
		b.refuse(Choose(Screen, "screen1"), ErrNoDevice)
		b.refuse(Choose(Microphone, "a\x00b"), ErrNoDevice)
	})
}

func TestHotPlug(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		go b.computer.SetDevices(media.Devices{Microphones: []media.Device{{ID: "new", Name: "New"}}})
		if s := b.now(); len(s.Devices.Microphones) != 1 || len(s.Devices.Cameras) != 0 {
			t.Errorf("got %+v", s.Devices)
		}
	})
}

func TestSharing(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		s := b.do(Share("screen1", false))
		text, device := call.producer("video", "screen"), b.computer.Camera()
		if !s.Me.Sharing || text == nil || len(text.config.Layers) != 1 || text.config.Layers[0].MaxBps != textBps ||
			!device.Config.Screen || device.Config.MaxFramesS != textFramesS {
			t.Fatalf("text: %+v, %+v", s.Me, device.Config)
		}
		device.Film(0, []byte("t"), true)
		if got, _, _ := text.state(); len(got) != 1 {
			t.Error("nothing was sent")
		}
		b.do(Share("screen1", true))
		motion := call.producer("video", "screen")
		if _, _, closed := text.state(); !closed || motion == text || len(motion.config.Layers) != 2 ||
			b.computer.Camera().Config.MaxFramesS != motionFramesS {
			t.Error("motion did not take the place of text")
		}
		if s = b.do(StopSharing()); s.Me.Sharing {
			t.Error("still sharing")
		}
		if _, _, closed := motion.state(); !closed {
			t.Error("others still see it")
		}
		if _, closed, _ := b.computer.Camera().State(); !closed {
			t.Error("the screen is still read")
		}
		b.wantTold()
		if call.producer("video", "") == nil {
			t.Error("the camera is gone as well")
		}
	})
}

func TestScreenGoes(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		b.do(Share("screen1", false))
		b.computer.Camera().Config.Report(media.TroubleGone)
		s := b.now()
		if _, _, closed := call.producer("video", "screen").state(); s.Me.Sharing || !closed || len(s.Troubles) != 0 {
			t.Errorf("got %+v", s.Me)
		}
		b.wantTold("notice.shareEnded")
		b.do(Share("bad", false))
		if s := b.now(); s.Me.Sharing {
			t.Error("sharing nothing")
		}
		b.wantTold("notice.shareEnded", "notice.shareFailed")
		if b.told()[1].args["reason"] != "broken" {
			t.Errorf("told %+v", b.told()[1])
		}
	})
}

func TestProduceFails(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		b.do(TurnCamera(false))
		call.set(func() { call.err = errors.New("no") })
		if s := b.do(TurnCamera(true)); s.Me.Camera {
			t.Error("the camera looks on")
		}
		if s := b.do(Share("screen1", false)); s.Me.Sharing {
			t.Error("the screen looks shared")
		}
		b.wantTold("notice.cameraFailed", "notice.shareFailed")
		b.after(5 * time.Second)
		b.wantTold("notice.cameraFailed", "notice.shareFailed")
		call.set(func() { call.err = nil })
		if s := b.do(TurnCamera(true)); !s.Me.Camera {
			t.Error("the camera stays off")
		}
		if _, _, closed := call.producer("video", "").state(); closed {
			t.Error("the camera is not sent")
		}
	})
}

func TestPreview(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		view, second, screen := &media.View{}, &media.View{}, &media.View{}
		b.Show(VideoSelf, view)
		b.do(Prepare(roomLink, Wishes{}, false))
		shown := func(c *devicetest.Camera) *media.View { _, _, v := c.State(); return v }
		if shown(b.computer.Camera()) != view {
			t.Error("no preview")
		}
		b.computer.Microphone().SetLevel(0.33)
		if s := b.after(200 * 1e6); s.Me.Level != 0.35 {
			t.Errorf("level %v", s.Me.Level)
		}
		b.do(Choose(Camera, "cam2"))
		if shown(b.computer.Camera()) != view {
			t.Error("no preview of the other camera")
		}
		b.Show(VideoSelf, second)
		if b.now(); shown(b.computer.Camera()) != second {
			t.Error("the view was not changed")
		}
		b.do(Join("Me"))
		b.Show(VideoScreen, screen)
		camera := b.computer.Camera()
		b.do(Share("screen1", false))
		if shown(b.computer.Camera()) != screen || shown(camera) != second {
			t.Error("the screen is not shown")
		}
		b.Show(VideoSelf, nil)
		if b.now(); shown(camera) != nil {
			t.Error("it is still shown")
		}
	})
}
