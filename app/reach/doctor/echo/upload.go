package echo

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"time"
)

const (
	// MaxUploadBytes is what an upload may bring, and uploadTime how long it may
	// take; a sender stops before that.
	MaxUploadBytes = 8 << 20
	sendTime       = 4 * time.Second
	uploadTime     = 6 * time.Second

	ticketTime = time.Minute
	maxTickets = 64
	chunkBytes = 32 << 10
)

// ticket lets one upload in.
type ticket struct {
	from  netip.Addr
	until time.Time
}

// uploads are what is going on, and what may still come.
type uploads struct {
	running int
	bytes   bucket
}

func newUploads(now time.Time) uploads { return uploads{bytes: bucket{left: maxHourBytes, at: now}} }

// giveTicket gives none where too many are out.
func (r *Responder) giveTicket(from netip.Addr) string {
	now := r.config.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, t := range r.tickets {
		if now.After(t.until) {
			delete(r.tickets, name)
		}
	}
	if len(r.tickets) >= maxTickets {
		return ""
	}
	name := random(nonceBytes)
	r.tickets[name] = ticket{from, now.Add(ticketTime)}
	return name
}

// takeTicket uses a ticket up, and sets aside what an upload may bring.
func (r *Responder) takeTicket(name string, from netip.Addr) error {
	now := r.config.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	t, known := r.tickets[name]
	if !known || t.from != from || now.After(t.until) {
		return ErrBadRequest
	}
	r.uploads.bytes.fill(now, maxHourBytes/3600.0, maxHourBytes)
	if r.uploads.running >= uploadsAtOnce || r.uploads.bytes.left < MaxUploadBytes {
		return ErrTooMany
	}
	delete(r.tickets, name)
	r.uploads.running++
	r.uploads.bytes.left -= MaxUploadBytes
	return nil
}

func (r *Responder) endUpload(came int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.uploads.running--
	r.uploads.bytes.left += float64(MaxUploadBytes - min(came, MaxUploadBytes))
}

// serveUpload answers POST uploadPath.
func (r *Responder) serveUpload(w http.ResponseWriter, request *http.Request) {
	from, err := r.sourceOf(request)
	if err == nil {
		err = r.takeTicket(request.Header.Get("X-Takos-Ticket"), from)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
	came, took, err := drain(http.MaxBytesReader(w, request.Body, MaxUploadBytes))
	r.endUpload(came)
	if err != nil {
		refuse(w, ErrBadRequest)
		return
	}
	writeJSON(w, http.StatusOK, Uploaded{Bytes: came, Ms: took.Milliseconds()})
}

// drain counts what comes after the first piece, and the time since then.
func drain(body io.Reader) (came int64, took time.Duration, err error) {
	chunk := make([]byte, chunkBytes)
	var begin time.Time
	for {
		n, err := body.Read(chunk)
		switch {
		case begin.IsZero():
			begin = time.Now()
		default:
			came += int64(n)
		}
		if errors.Is(err, io.EOF) {
			return came, time.Since(begin), nil
		}
		if err != nil {
			return came, time.Since(begin), err
		}
	}
}
