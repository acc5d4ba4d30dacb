// Package media is what passes between the parts of a call that the person
// takes part in: the devices of this computer, encoded samples on their way
// out, tracks of friends on their way in, and pictures on their way to the
// window. app/capture and app/playback make these real; app/session joins them
// with app/participant; ui shows the pictures.
//
// It starts no goroutine: a View's pictures are made by the goroutine that
// shows a frame. View.showing is held while a picture is made and drawn, View.mu
// for the size alone, so that the window never waits for a conversion.
package media
