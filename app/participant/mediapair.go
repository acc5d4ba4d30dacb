package participant

import (
	"errors"
	"fmt"
	"time"

	"github.com/pion/webrtc/v4"
)

// mediaPair is the two transports of a call, until they are made anew.
type mediaPair struct {
	failed         error // a transport has ended; nil: none has
	failedAt       time.Time
	device         *device
	send           *sendTransport
	recv           *recvTransport
	connectText    bool // the host wants dtlsParameters as text
	began          time.Time
	sendUp, recvUp bool
	wasUp          bool // both were connected once
	upAt           time.Time
	restarts       map[string]restarting // by direction
}

// newMedia makes transports as an init describes them.
func (o *owner) newMedia(host initData) error {
	d, err := newDevice(host.Capabilities.value)
	if err != nil {
		return err
	}
	if len(d.codecs) == 0 {
		return fmt.Errorf("%w: no codec in common", ErrHostError)
	}
	pair := &mediaPair{device: d, connectText: host.Transport.Send.Dtls.isText, began: time.Now(), restarts: map[string]restarting{}}
	config := func(p transportParameters, up *bool) transportConfig {
		return transportConfig{
			device: d, parameters: p, media: o.call.config.Media, timeouts: o.call.config.Timeouts,
			events: o.transportEvents(pair, up),
		}
	}
	if pair.send, err = newSendTransport(config(host.Transport.Send, &pair.sendUp)); err != nil {
		return err
	}
	if pair.recv, err = newRecvTransport(config(host.Transport.Recv, &pair.recvUp)); err != nil {
		<-pair.send.beginClose()
		return err
	}
	o.media = pair
	return nil
}

// roundTrip is the longer of both, 0 before they are known.
func (pair *mediaPair) roundTrip() time.Duration {
	if !pair.wasUp {
		return 0 // pion has no figures of a connection that is not there yet
	}
	return max(pair.recv.roundTrip(), pair.send.roundTrip())
}

// transportEvents lead to the call's goroutine.
func (o *owner) transportEvents(pair *mediaPair, up *bool) transportEvents {
	return transportEvents{
		state: func(s webrtc.PeerConnectionState) {
			o.call.post(func(o *owner) { o.transportState(pair, up, s) })
		},
		failed: func(err error) {
			o.call.post(func(o *owner) { o.mediaFailed(pair, err) })
		},
	}
}

// connectMedia announces both certificates, the sending one first as hosts that
// cannot tell them apart expect, and connects at once: the host answers nothing
// that would have to be awaited.
func (o *owner) connectMedia() {
	pair := o.media
	if !o.sayConnect(pair) {
		return
	}
	pair.send.connect()
	pair.recv.connect()
}

// sayConnect sends both connects.
func (o *owner) sayConnect(pair *mediaPair) bool {
	pair.began = time.Now()
	for _, t := range []struct {
		direction string
		transport *transport
	}{{directionSend, &pair.send.transport}, {directionRecv, &pair.recv.transport}} {
		p, err := t.transport.dtlsParameters()
		if err == nil {
			var request connectRequest
			if request, err = newConnectRequest(t.direction, p, pair.connectText); err == nil {
				o.send(request)
			}
		}
		if err != nil {
			o.mediaFailed(pair, err)
			return false
		}
	}
	return true
}

// transportState takes how a transport is.
func (o *owner) transportState(pair *mediaPair, up *bool, s webrtc.PeerConnectionState) {
	if o.media != pair {
		return
	}
	switch s {
	case webrtc.PeerConnectionStateConnected:
		*up = true
		o.mediaConnected(pair)
	case webrtc.PeerConnectionStateDisconnected:
		direction := directionRecv
		if up == &pair.sendUp {
			direction = directionSend
		}
		o.restartIce(pair, direction, "nothing comes any more")
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		o.mediaFailed(pair, errors.New("transport "+s.String()))
	}
}

// mediaConnected goes on when both transports stand.
func (o *owner) mediaConnected(pair *mediaPair) {
	if pair.sendUp {
		for _, p := range o.producers {
			if p.tracks.Load() != nil {
				p.wantKeyFrames()
			}
		}
	}
	if pair.sendUp && pair.recvUp && !pair.wasUp {
		pair.wasUp, pair.upAt = true, time.Now()
		o.log.Debug("media is connected", "ms", time.Since(pair.began).Milliseconds())
		o.reconnected()
	}
}

// reasonTime is how long a host may take to say why it closes a call.
const reasonTime = 500 * time.Millisecond

// checkMedia gives up transports that do not connect.
func (o *owner) checkMedia(now time.Time) {
	pair := o.media
	switch {
	case pair == nil:
	case pair.failed != nil && now.Sub(pair.failedAt) > reasonTime:
		o.renewMedia(pair, pair.failed)
	case o.socket != nil && !pair.wasUp && now.Sub(pair.began) > o.call.config.Timeouts.Media:
		o.renewMedia(pair, errors.New("no connection in time"))
	}
}

// mediaFailed takes the end of a transport. A host that ends the call closes the
// transports first and says why on the socket: that is waited for.
func (o *owner) mediaFailed(pair *mediaPair, err error) {
	if o.media != pair || o.isOver || pair.failed != nil {
		return
	}
	if o.socket == nil || errors.Is(err, ErrHostError) {
		o.renewMedia(pair, err)
		return
	}
	pair.failed, pair.failedAt = err, time.Now()
}

// renewMedia makes new transports, through a new socket, since only init
// describes them.
func (o *owner) renewMedia(pair *mediaPair, err error) {
	if o.media != pair || o.isOver {
		return
	}
	o.log.Info("media has failed", "error", err)
	if errors.Is(err, ErrHostError) {
		o.end(err)
		return
	}
	if pair.wasUp && time.Since(pair.upAt) > steadyFor {
		o.way.mediaTries = 0
	}
	if o.way.mediaTries++; o.way.mediaTries > maxMediaTries || o.host.Resume.Secret == "" {
		o.end(fmt.Errorf("%w: %w", ErrNoMedia, err))
		return
	}
	o.dropMedia()
	if o.socket == nil {
		return // the next one brings transports, as there are none to keep
	}
	o.dropSocket(closeSuperseded)
	o.reconnect()
}

// dropMedia closes the transports; streams of others end, ours wait for new ones.
func (o *owner) dropMedia() {
	pair := o.media
	if pair == nil {
		return
	}
	o.media = nil
	for _, p := range o.roster.producers {
		o.dropTrack(p)
	}
	for _, p := range o.producers {
		p.tracks.Store(nil)
		p.sending, p.asked = nil, false
	}
	o.pending = nil
	for _, done := range []<-chan struct{}{pair.send.beginClose(), pair.recv.beginClose()} {
		o.closing.Go(func() { <-done })
	}
}
