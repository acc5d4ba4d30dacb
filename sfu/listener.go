package sfu

import (
	"fmt"

	"takoshome/sfu/ortc"
)

// source is what an SSRC stands for.
type source struct {
	stream *producerStream
	rtx    bool
}

// maxRetired bounds the SSRCs of closed Producers that are still recognized.
const maxRetired = 256

// listener finds the stream of an RTP packet: by SSRC, then by MID, and by RID
// where the packet has no MID, as mediasoup does. MID and RID serve a client
// that sends simulcast, whose SSRCs it does not announce; a stream keeps the
// first SSRC it is seen with, so the table is bounded by the streams that were
// announced.
type listener struct {
	ids    extensionIDs
	byID   map[string]*Producer
	bySsrc map[uint32]source
	byMid  map[string]*Producer
	byRid  map[string]*Producer // the first Producer that has the RID
	// retired are SSRCs of closed Producers: what a client still sends for them
	// has arrived as far as its bandwidth estimation is concerned.
	retired map[uint32]struct{}
}

func (l *listener) init() {
	l.byID = map[string]*Producer{}
	l.bySsrc = map[uint32]source{}
	l.byMid = map[string]*Producer{}
	l.byRid = map[string]*Producer{}
	l.retired = map[uint32]struct{}{}
}

// add makes a Producer known. An SSRC or MID that another one of the transport
// uses is refused, as mediasoup does.
func (l *listener) add(p *Producer) error {
	if err := l.check(p); err != nil {
		return err
	}
	l.ids.learn(p.parameters.HeaderExtensions)
	l.byID[p.id] = p
	if p.parameters.Mid != "" {
		l.byMid[p.parameters.Mid] = p
	}
	for _, s := range p.streams {
		if ssrc := s.ssrc.Load(); ssrc != 0 {
			l.bySsrc[ssrc] = source{stream: s}
		}
		if ssrc := s.rtxSsrc.Load(); ssrc != 0 {
			l.bySsrc[ssrc] = source{stream: s, rtx: true}
		}
		if _, taken := l.byRid[s.rid]; s.rid != "" && !taken {
			l.byRid[s.rid] = p
		}
	}
	return nil
}

func (l *listener) check(p *Producer) error {
	if _, taken := l.byMid[p.parameters.Mid]; taken && p.parameters.Mid != "" {
		return fmt.Errorf("%w: MID %.20q is in use", ortc.ErrInvalid, p.parameters.Mid)
	}
	for _, s := range p.streams {
		for _, ssrc := range []uint32{s.ssrc.Load(), s.rtxSsrc.Load()} {
			if _, taken := l.bySsrc[ssrc]; taken && ssrc != 0 {
				return fmt.Errorf("%w: SSRC %d is in use", ortc.ErrInvalid, ssrc)
			}
		}
	}
	return nil
}

// remove forgets a Producer.
func (l *listener) remove(p *Producer) {
	delete(l.byID, p.id)
	for ssrc, src := range l.bySsrc {
		if src.stream.producer == p {
			delete(l.bySsrc, ssrc)
			if len(l.retired) < maxRetired {
				l.retired[ssrc] = struct{}{}
			}
		}
	}
	for mid, owner := range l.byMid {
		if owner == p {
			delete(l.byMid, mid)
		}
	}
	for rid, owner := range l.byRid {
		if owner == p {
			delete(l.byRid, rid)
		}
	}
}

func (l *listener) all() []*Producer {
	producers := make([]*Producer, 0, len(l.byID))
	for _, p := range l.byID {
		producers = append(producers, p)
	}
	return producers
}

// match finds the stream of an SSRC that is not in the table yet, by what the
// packet's extensions say. Nothing is learned before the packet is decrypted.
func (l *listener) match(payloadType uint8, ext *extensions) (source, bool) {
	p := l.byMid[string(ext[extMid])]
	if len(ext[extMid]) == 0 {
		if p = l.byRid[string(ext[extRid])]; p == nil {
			p = l.byRid[string(ext[extRepairedRid])]
		}
	}
	if p == nil {
		return source{}, false
	}
	return p.match(payloadType, ext)
}

// learn keeps what a decrypted packet has proved.
func (l *listener) learn(ssrc uint32, src source) {
	if _, known := l.bySsrc[ssrc]; known {
		return
	}
	if src.rtx {
		src.stream.learnRtx(ssrc)
	} else if src.stream.learnMedia(ssrc) != nil {
		return // SSRC 0, which no stream can have here
	}
	l.bySsrc[ssrc] = src
}
