package capture

import (
	"fmt"

	"github.com/jezek/xgb/shm"
	"github.com/jezek/xgb/xproto"
	"golang.org/x/sys/unix"
)

// allPlanes asks for every bit of a pixel.
const allPlanes = ^uint32(0)

// pixels reads pixels through memory shared with the X server, or else through
// its socket. Two pictures are kept: the last and the one before.
type pixels struct {
	x       *x11
	slots   [2]segment
	turn    int
	noShare bool // the server is elsewhere
}

// segment is memory shared with the X server.
type segment struct {
	id  shm.Seg
	mem []byte
}

func newPixels(x *x11) *pixels { return &pixels{x: x, noShare: !x.has["MIT-SHM"]} }

// read gives the pixels of a place, four bytes each, blue first. They are good
// until the next but one read.
func (p *pixels) read(at place) ([]byte, error) {
	if err := p.check(at); err != nil {
		return nil, err
	}
	size := at.area.Size()
	n := 4 * size.X * size.Y
	p.turn ^= 1
	slot := &p.slots[p.turn]
	if !p.noShare && len(slot.mem) < n {
		if err := p.share(slot, n); err != nil {
			p.noShare = true
		}
	}
	if p.noShare {
		return p.readSocket(at, n)
	}
	_, err := shm.GetImage(p.x.conn, at.drawable, int16(at.area.Min.X), int16(at.area.Min.Y), uint16(size.X), uint16(size.Y),
		allPlanes, xproto.ImageFormatZPixmap, slot.id, 0).Reply()
	if err != nil {
		return nil, err
	}
	return slot.mem[:n], nil
}

func (p *pixels) readSocket(at place, n int) ([]byte, error) {
	size := at.area.Size()
	reply, err := xproto.GetImage(p.x.conn, xproto.ImageFormatZPixmap, at.drawable,
		int16(at.area.Min.X), int16(at.area.Min.Y), uint16(size.X), uint16(size.Y), allPlanes).Reply()
	if err != nil {
		return nil, err
	}
	if len(reply.Data) < n {
		return nil, ErrNoPicture
	}
	return reply.Data[:n], nil
}

// check refuses what is not four bytes a pixel, blue first, as nearly every
// screen since the nineties is.
func (p *pixels) check(at place) error {
	if s := at.area.Size(); s.X > 1<<14 || s.Y > 1<<14 {
		return fmt.Errorf("%w: %v", ErrNoPicture, s)
	}
	if p.x.setup.ImageByteOrder != xproto.ImageOrderLSBFirst {
		return fmt.Errorf("%w: the most significant byte comes first", ErrNoPicture)
	}
	for _, f := range p.x.setup.PixmapFormats {
		if f.Depth == at.depth && (f.Depth == 24 || f.Depth == 32) && f.BitsPerPixel == 32 {
			return nil
		}
	}
	return fmt.Errorf("%w: %d bits of colour", ErrNoPicture, at.depth)
}

// share makes a segment and has the server attach it. It is removed at once, so
// that it ends with the two that use it.
func (p *pixels) share(s *segment, n int) error {
	p.unshare(s)
	id, err := unix.SysvShmGet(unix.IPC_PRIVATE, n, unix.IPC_CREAT|0o600)
	if err != nil {
		return err
	}
	defer func() { _, _ = unix.SysvShmCtl(id, unix.IPC_RMID, nil) }() // it is ours
	mem, err := unix.SysvShmAttach(id, 0, 0)
	if err != nil {
		return err
	}
	s.mem = mem
	if s.id, err = shm.NewSegId(p.x.conn); err == nil {
		err = shm.AttachChecked(p.x.conn, s.id, uint32(id), false).Check()
	}
	if err != nil {
		s.id = 0
		p.unshare(s)
	}
	return err
}

func (p *pixels) unshare(s *segment) {
	if s.id != 0 {
		shm.Detach(p.x.conn, s.id)
	}
	if s.mem != nil {
		_ = unix.SysvShmDetach(s.mem) // it was attached
	}
	*s = segment{}
}

func (p *pixels) close() {
	for i := range p.slots {
		p.unshare(&p.slots[i])
	}
}
