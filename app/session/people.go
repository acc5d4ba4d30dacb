package session

import (
	"slices"
	"time"

	"takoshome/app/media"
	"takoshome/app/participant"
)

const (
	// More people and tracks than any host lets in are not shown.
	maxPeople = 256
	maxTracks = 16

	// frozenAfter is how long a picture may stand still. A shared screen may
	// for longer: what does not change need not be sent.
	frozenAfter       = 2 * time.Second
	frozenScreenAfter = 15 * time.Second
	// slowStart is how long the first picture may take.
	slowStart = 5 * time.Second

	kindAudio = "audio"
	kindVideo = "video"
)

// people are the others, in the order they came.
type people struct{ list []*person }

// person is one of them.
type person struct {
	id       string
	key      string // in memory
	volume   int
	silenced bool
	tracks   []*track
	speech   speech
	speaking bool
	// byHost: the host says that they speak.
	byHost  bool
	quality Quality
}

// track is one stream of somebody.
type track struct {
	producerID, source string
	isVideo            bool
	video              string // the ID of a session.Video
	paused             bool
	since              time.Time // since when it should come
	voice              media.Voice
	picture            media.Picture
	stats              media.PictureStats
	frozen             bool
}

func (p *people) find(id string) *person {
	i := slices.IndexFunc(p.list, func(one *person) bool { return one.id == id })
	if i < 0 {
		return nil
	}
	return p.list[i]
}

func (p *people) remove(id string) *person {
	gone := p.find(id)
	p.list = slices.DeleteFunc(p.list, func(one *person) bool { return one == gone })
	return gone
}

func (p *person) find(producerID string) *track {
	for _, t := range p.tracks {
		if t.producerID == producerID {
			return t
		}
	}
	return nil
}

// videoID stays the same when somebody's camera goes and comes.
func (p *person) videoID(source string) string {
	if source == "" {
		source = "camera"
	}
	id := p.id + "/" + source
	for unique := id; ; unique += "+" {
		if !slices.ContainsFunc(p.tracks, func(t *track) bool { return t.video == unique }) {
			return unique
		}
	}
}

// event takes what happened in the call.
func (o *owner) event(e participant.Event) {
	a := o.attempt
	switch e := e.(type) {
	case participant.PeerJoined:
		o.welcome(e.PeerID)
	case participant.PeerLeft:
		if p := a.people.remove(e.PeerID); p != nil {
			for _, t := range p.tracks {
				a.gear.release(t)
			}
		}
	case participant.TrackAdded:
		o.addTrack(e)
	case participant.TrackRemoved:
		o.removeTrack(e.PeerID, e.ProducerID)
	case participant.TrackPaused:
		o.pauseTrack(e.PeerID, e.ProducerID, true)
	case participant.TrackResumed:
		o.pauseTrack(e.PeerID, e.ProducerID, false)
	case participant.Chatted:
		from := e.PeerID
		if from == a.ownID() {
			from = ""
		}
		a.chat.add(from, e.Text, e.At)
	case participant.Speaking:
		for _, p := range a.people.list {
			p.byHost = slices.Contains(e.PeerIDs, p.id)
		}
	case participant.Reconnecting:
		if a.state == StateInCall {
			a.state = StateReconnecting
		}
	case participant.Reconnected:
		if a.state == StateReconnecting {
			a.state = StateInCall
			o.sendAll()
		}
	case participant.Ended:
		o.ended(e.Err)
	}
}

// ended is the end of the call from elsewhere.
func (o *owner) ended(err error) {
	if err == nil {
		o.end(nil)
		return
	}
	o.log.Info("the call has ended", "error", err)
	o.end(problemOf(err, o.attempt.link.Host()))
}

// welcome gives the person of that name, new or not, nil for one too many.
func (o *owner) welcome(id string) *person {
	a := o.attempt
	if p := a.people.find(id); p != nil {
		return p
	}
	if id == "" || id == a.ownID() || len(a.people.list) >= maxPeople {
		return nil
	}
	p := &person{id: id, key: friendKey(a.link.Host(), id)}
	p.volume, p.silenced = o.memory.of(p.key)
	a.people.list = append(a.people.list, p)
	return p
}

func (o *owner) addTrack(e participant.TrackAdded) {
	a := o.attempt
	o.removeTrack(e.PeerID, e.ProducerID)
	p := o.welcome(e.PeerID)
	if p == nil || len(p.tracks) >= maxTracks {
		return
	}
	t := &track{producerID: e.ProducerID, source: e.Source, paused: e.Paused, since: time.Now()}
	switch e.Kind {
	case kindAudio:
		if a.gear.playback != nil {
			t.voice = a.gear.playback.PlayAudio(e.Track)
			t.voice.SetVolume(p.loudness())
		}
	case kindVideo:
		t.isVideo, t.video = true, p.videoID(e.Source)
		if a.gear.playback != nil {
			t.picture = a.gear.playback.PlayVideo(e.Track)
			t.picture.Show(o.views.of(t.video))
			o.lookForFirst(time.Now())
		}
	default:
		return
	}
	p.tracks = append(p.tracks, t)
}

func (o *owner) removeTrack(peerID, producerID string) {
	a := o.attempt
	p := a.people.find(peerID)
	if p == nil {
		return
	}
	if t := p.find(producerID); t != nil {
		p.tracks = slices.DeleteFunc(p.tracks, func(one *track) bool { return one == t })
		a.gear.release(t)
	}
}

func (o *owner) pauseTrack(peerID, producerID string, paused bool) {
	p := o.attempt.people.find(peerID)
	if p == nil {
		return
	}
	if t := p.find(producerID); t != nil && t.paused != paused {
		t.paused, t.since, t.frozen = paused, time.Now(), false
	}
}

// loudness is the volume to play with.
func (p *person) loudness() int {
	if p.silenced {
		return 0
	}
	return p.volume
}

// isMuted: they send no sound.
func (p *person) isMuted() bool {
	for _, t := range p.tracks {
		if !t.isVideo && !t.paused {
			return false
		}
	}
	return true
}

// ownID is under what name the person is in the call, empty before.
func (a *attempt) ownID() string { return a.about.PeerID }

// setVolume changes how loud a friend is, and remembers it.
func (o *owner) setVolume(peerID string, change func(*person)) error {
	a := o.attempt
	if !a.isIn() {
		return ErrNoCall
	}
	p := a.people.find(peerID)
	if p == nil {
		return ErrNoPerson
	}
	change(p)
	for _, t := range p.tracks {
		if t.voice != nil {
			t.voice.SetVolume(p.loudness())
		}
	}
	o.memory.keep(friend{Who: p.key, Volume: p.volume, Silenced: p.silenced})
	o.remember()
	return nil
}

// showAll puts videos on the places that have changed.
func (o *owner) showAll(ids []string) {
	a := o.attempt
	if !a.isLive() {
		return
	}
	for _, id := range ids {
		view := o.views.of(id)
		switch {
		case id == VideoSelf && a.gear.camera.isOpen:
			a.gear.camera.device.Show(view)
		case id == VideoScreen && a.gear.screen.isOpen:
			a.gear.screen.device.Show(view)
		default:
			a.showVideo(id, view)
		}
	}
}

func (a *attempt) showVideo(id string, view *media.View) {
	for _, p := range a.people.list {
		for _, t := range p.tracks {
			if t.video == id && t.picture != nil {
				t.picture.Show(view)
			}
		}
	}
}
