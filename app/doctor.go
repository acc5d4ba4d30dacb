package app

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"takoshome/app/reach/doctor"
	"takoshome/app/reach/portmap"
)

// DoctorReport is what an examination has found.
type DoctorReport = doctor.Report

// Finding is what one check of an examination has found.
type Finding = doctor.Finding

// DoctorWishes are what the owner agrees to.
type DoctorWishes = doctor.Wishes

// RunDoctor examines how this host is reached; the report is Snapshot.Doctor.
type RunDoctor struct{ DoctorWishes }

func (RunDoctor) isCommand() {}

// examinations are one at a time.
type examinations struct {
	mu      sync.Mutex    // a leaf; it protects what follows
	latest  *DoctorReport // never changed
	running chan struct{} // closed when the one that runs has ended; nil: none runs
}

// examineTime is more than all parts of an examination take, and the router before.
const (
	examineTime = 60 * time.Second
	settleTime  = 10 * time.Second
	settleLook  = 100 * time.Millisecond
)

// examine is RunDoctor with somebody who hears of the report as it grows.
type examine struct {
	wishes DoctorWishes
	tell   func(DoctorReport)
}

func (examine) isCommand() {}

// Doctor examines how this host is reached, which takes up to half a minute. While
// another examination runs, it waits for that one's report.
func (a *App) Doctor(ctx context.Context, wishes DoctorWishes) (DoctorReport, error) {
	return a.Examine(ctx, wishes, func(DoctorReport) {})
}

// Examine is Doctor, with tell hearing of the report as it grows, on a goroutine of
// the App's.
func (a *App) Examine(ctx context.Context, wishes DoctorWishes, tell func(DoctorReport)) (DoctorReport, error) {
	if err := a.Do(ctx, examine{wishes, tell}); err != nil {
		return DoctorReport{}, err
	}
	report := a.examined.report()
	if report == nil {
		return DoctorReport{}, ErrClosed // it was broken off
	}
	return *report, nil
}

func (a *App) doctorTask(command Command) task {
	switch c := command.(type) {
	case RunDoctor:
		return func(context.Context) error { return a.examine(c.DoctorWishes, func(DoctorReport) {}) }
	case examine:
		return func(context.Context) error { return a.examine(c.wishes, c.tell) }
	}
	return nil
}

// examine carries out an examination, or waits for the one that runs. It takes
// longer than other tasks.
func (a *App) examine(wishes DoctorWishes, tell func(DoctorReport)) error {
	ctx, cancel := context.WithTimeout(a.crew.ctx, examineTime)
	defer cancel()
	h := a.running()
	if h == nil {
		return ErrNotHosting
	}
	done, other := a.examined.begin()
	if other != nil {
		select {
		case <-other:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer done()
	show := func(r DoctorReport) {
		a.examined.show(&r)
		a.publisher.change()
		tell(r)
	}
	show(DoctorReport{At: time.Now(), Running: true, Findings: []Finding{}})
	h.outside.settle(ctx)
	subject, end := a.subject(h, wishes)
	defer end()
	report := doctor.Examine(ctx, subject, doctor.Config{OnFinding: show})
	if err := ctx.Err(); err != nil {
		a.examined.show(nil)
		return err
	}
	a.heed(h, report)
	show(report)
	a.log.Info("examined how this host is reached", "verdict", report.Verdict, "worst", report.Worst)
	return nil
}

// settle waits until router and servers have had the time to answer.
func (o *outside) settle(ctx context.Context) {
	if o == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	look := time.NewTicker(settleLook)
	defer look.Stop()
	for o.isUnsettled() {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

func (o *outside) isUnsettled() bool {
	k := o.knowledge()
	if len(k.address.Interfaces) == 0 && !k.address.Online && k.address.Problem == "" {
		return true // nobody has looked yet
	}
	isAsking := len(k.settings.Reach.STUN) > 0 && k.address.CheckedAt.IsZero()
	return k.address.Online && (k.router.State == portmap.Waiting || k.router.State == portmap.Searching || isAsking)
}

// heed lets the host know what has been seen from outside. One friend who says that
// nobody gets in does not take the way from all the others.
func (a *App) heed(h *host, r DoctorReport) {
	for _, f := range r.Findings {
		switch {
		case f.Check == doctor.CheckOutside && f.State == doctor.Pass:
			if at, err := netip.ParseAddrPort(f.Args["address"]); err == nil {
				h.outside.seenOpen(at, f.IsSure)
			}
		case f.Check == doctor.CheckOutside && f.State == doctor.Fail && f.IsSure:
			h.outside.seenOpen(netip.AddrPort{}, true)
		case f.Key == "doctor.router.closed":
			h.outside.remake()
		}
	}
}

// begin says that an examination begins, or, where one runs, when that has ended.
func (e *examinations) begin() (done func(), other <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running != nil {
		return nil, e.running
	}
	running := make(chan struct{})
	e.running = running
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.running = nil
		close(running)
	}, nil
}

func (e *examinations) show(r *DoctorReport) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.latest = r
}

func (e *examinations) report() *DoctorReport {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.latest
}
