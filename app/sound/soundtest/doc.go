// Package soundtest gives tests a sound system of their own: a private
// PulseAudio server with virtual speakers and microphones, without hardware and
// without touching anybody's sound. It works as root and in containers, and is
// taken away with the test, or by the kernel when the test's process dies.
//
//	pulse := soundtest.Start(t)             // sets PULSE_SERVER for this test
//	speaker := pulse.AddSpeaker("desk", "Desk Speaker")
//	recording := speaker.Record()           // what is played there
//	mic := pulse.AddMicrophone("headset", "USB Headset")
//	mic.Feed(soundtest.Tone(440, 8000))
//	loop := pulse.AddLoop("loop", "Loop", speaker) // a microphone that hears the speaker
//	mic.Remove(); pulse.Stop(); pulse.Restart()
//
// A virtual microphone gives every sample exactly once and in order however
// busy the machine is: its clock is whoever feeds it. A virtual speaker runs by
// the server's clock and plays silence while nothing comes in time, so a test
// of what it plays should look at the order of the samples, not at the clock.
//
// # From a shell
//
// The same without Go, for tests in other languages. DIR must be short, as the
// path of a socket is at most 107 bytes:
//
//	mkdir -m 700 DIR
//	env HOME=DIR XDG_RUNTIME_DIR=DIR PULSE_RUNTIME_PATH=DIR/run pulseaudio -n -F /dev/null \
//	    --daemonize=no --use-pid-file=no --exit-idle-time=-1 --log-target=stderr --log-level=info \
//	    -L "module-native-protocol-unix socket=DIR/native auth-anonymous=1" \
//	    -L "module-suspend-on-idle timeout=0" 2>DIR/log &
//	# up when DIR/log says "Daemon startup complete"
//	export PULSE_SERVER=unix:DIR/native
//	pactl load-module module-null-sink sink_name=desk rate=48000 channels=2 norewinds=1 \
//	    sink_properties=device.description=Desk             # prints a number, for unload-module
//	pactl load-module module-pipe-source source_name=headset file=DIR/mic \
//	    format=s16le rate=48000 channels=1 source_properties=device.description=Headset   # makes DIR/mic
//	ffmpeg -re -f lavfi -i sine=440:r=48000 -f s16le -ac 1 -y DIR/mic &   # its sound
//	pactl load-module module-remap-source source_name=loop master=desk.monitor channels=1 \
//	    source_properties=device.description=Loop           # a microphone that hears desk
//	parec -d desk.monitor --raw --format=s16le --rate=48000 --channels=2 >heard.raw
//
// One goroutine waits for the server, one feeds each microphone, one reads the
// server's log; all end before the test does. No locks are nested.
package soundtest
