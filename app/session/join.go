package session

import (
	"context"
	"errors"
	"time"

	"takoshome/app/participant"
)

// prepare reads a link and opens the devices.
func (o *owner) prepare(text string, w Wishes, now bool) error {
	if a := o.attempt; a.isLive() && a.state != StatePreparing {
		return ErrInCall
	}
	if o.attempt.isLive() {
		o.end(nil)
	}
	link, err := participant.ParseLink(text)
	a := o.begin(link)
	if err != nil {
		a.state, a.problem = StateEnded, problemOf(err, link.Host())
		a.cancel()
		return nil
	}
	a.wishes = w
	if w.Name != "" {
		a.name = shorten(w.Name, 4*maxNameRunes)
	}
	a.self.choice = o.memory.Choice
	a.self.pushToTalk = o.memory.Choice.PushToTalk
	a.self.camera = true // unless none is chosen
	a.atOnce = now && (a.name != "" || !link.NeedsName())
	o.openGear(a)
	o.ask(a)
	return nil
}

// begin puts a new attempt in the place of the last one.
func (o *owner) begin(link participant.Link) *attempt {
	a := &attempt{
		goal:     goal{link: link, name: o.memory.Name, callType: link.CallType},
		progress: progress{state: StatePreparing},
	}
	a.events, a.flood = make(chan participant.Event, maxEvents), make(chan struct{})
	if a.callType == "" && !link.NeedsName() {
		a.callType = callVideo // as the join page takes it; the host says it for certain
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	o.attempt = a
	return a
}

// ask learns where a room link leads.
func (o *owner) ask(a *attempt) {
	if !a.link.NeedsName() {
		return
	}
	o.workers.Go(func() {
		info, err := o.config.Network.Ask(a.ctx, a.link)
		o.post(func() {
			switch {
			case o.attempt != a || (a.state != StatePreparing && a.state != StateJoining):
			case err == nil:
				a.room = info.Room
				o.setCallType(info.CallType)
			case a.state == StatePreparing: // joining finds out for itself
				o.log.Info("the link could not be asked", "error", err)
				o.end(problemOf(err, a.link.Host()))
			}
		})
	})
}

// setCallType takes the host's word for whether there are pictures.
func (o *owner) setCallType(callType string) {
	if callType == callAudio || callType == callVideo {
		o.attempt.callType = callType
	}
	if o.attempt.callType == callAudio {
		o.attempt.self.screen.want = nil
	}
	o.applyDevices()
}

// join goes into the prepared call, or once more into the one that ended.
func (o *owner) join(name string) error {
	a := o.attempt
	switch {
	case a == nil:
		return ErrNoCall
	case a.state == StateEnded && !a.again:
		return ErrNoAgain
	case a.state == StateEnded && a.since.IsZero() && a.callType == "":
		// It never got as far as showing what one goes into.
		return o.prepareAgain(a)
	case a.state == StateEnded:
		a = o.repeat(a)
	case a.state != StatePreparing:
		return ErrInCall
	}
	if name != "" {
		a.name = shorten(name, 4*maxNameRunes) // the host says what is too long
	}
	if a.name == "" && a.link.NeedsName() {
		a.problem = problemOf(participant.ErrBadName, a.link.Host())
		return nil
	}
	a.problem, a.atOnce = nil, true
	o.joinIfReady()
	return nil
}

// prepareAgain begins from the start with the link of an attempt that failed.
func (o *owner) prepareAgain(old *attempt) error {
	a := o.begin(old.link)
	a.name, a.wishes = old.name, old.wishes
	a.self.switches, a.self.choice, a.self.camera = old.self.switches, old.self.choice, old.self.camera
	o.openGear(a)
	o.ask(a)
	return nil
}

// repeat is a new attempt with the link and the switches of one that ended.
func (o *owner) repeat(old *attempt) *attempt {
	a := o.begin(old.link)
	a.name, a.room, a.chat, a.repeated = old.name, old.room, old.chat, true
	if old.callType != "" {
		a.callType = old.callType
	}
	a.self.switches, a.self.choice, a.self.camera = old.self.switches, old.self.choice, old.self.camera
	a.self.talking, a.self.tail = false, time.Time{}
	o.openGear(a)
	return a
}

// joinIfReady joins when somebody asked for it and the devices have been looked
// at: what friends send has a place then.
func (o *owner) joinIfReady() {
	a := o.attempt
	if !a.isLive() || !a.atOnce || a.entering {
		return
	}
	if a.state != StateJoining {
		a.state, a.asked = StateJoining, time.Now()
	}
	if !a.gear.looked {
		return
	}
	a.entering = true
	config := participant.Config{
		Link:   a.link,
		Name:   a.name,
		Events: a.take,
		Logger: o.config.Logger.With("scope", "participant"),
	}
	o.workers.Go(func() {
		call, err := o.config.Network.Join(a.ctx, config)
		taken := o.post(func() { o.joined(a, call, err) })
		if !taken && call != nil {
			call.HangUp()
		}
	})
}

// joined is what became of joining.
func (o *owner) joined(a *attempt, call Call, err error) {
	switch {
	case o.attempt != a || a.state == StateEnded: // left meanwhile
		if call != nil {
			o.workers.Go(call.HangUp)
		}
	case errors.Is(err, participant.ErrBadName):
		a.state, a.atOnce, a.entering = StatePreparing, false, false
		a.problem = problemOf(err, a.link.Host())
	case err != nil:
		o.log.Info("the call could not be joined", "error", err)
		o.end(problemOf(err, a.link.Host()))
	default:
		a.call, a.about, a.state, a.since = call, call.About(), StateInCall, time.Now()
		a.room = a.about.Room
		a.people.remove(a.about.PeerID)
		o.keepName(a)
		o.setCallType(a.about.CallType)
		o.sendSound()
	}
}

// keepName remembers a name that a host has taken.
func (o *owner) keepName(a *attempt) {
	if a.link.NeedsName() && a.wishes.Name == "" && isGoodName(a.name) && o.memory.Name != a.name {
		o.memory.Name = a.name
		o.remember()
	}
}

// leave hangs up, or gives up joining, or closes what has ended.
func (o *owner) leave() error {
	a := o.attempt
	switch {
	case a == nil:
		return nil
	case a.isIn():
		o.end(nil)
		return nil
	case a.isLive():
		o.end(nil)
	}
	o.attempt = nil
	return nil
}

// end is the end of the call, for the given reason; nil: the person's own wish.
// The microphone falls silent at once; the rest goes its way on other goroutines.
func (o *owner) end(p *Problem) {
	a := o.attempt
	a.again = canRetry(p, a.link, !a.since.IsZero())
	a.state, a.problem, a.atOnce = StateEnded, p, false
	a.cancel()
	if a.call != nil {
		o.workers.Go(a.call.HangUp)
		a.call = nil
	}
	o.closeGear(a)
	a.people = people{}
	a.self.level, a.self.speech, a.self.hint, a.self.hinted = 0, speech{}, hint{}, false
	a.self.audible, a.self.talking, a.self.quality = false, false, QualityUnknown
	o.tail = nil
}
