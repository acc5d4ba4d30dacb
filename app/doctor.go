package app

import (
	"context"
	"net/netip"
	"sync"

	"takoshome/app/reach/doctor"
)

// What the window shows of an examination.
type (
	DoctorReport = doctor.Report
	Finding      = doctor.Finding
	DoctorWishes = doctor.Wishes
)

// RunDoctor examines how this host is reached; the report is Snapshot.Doctor.
type RunDoctor struct{ DoctorWishes }

func (RunDoctor) isCommand() {}

// examinations are one at a time.
type examinations struct {
	mu      sync.Mutex    // a leaf; it protects what follows
	latest  *DoctorReport // never changed
	running chan struct{} // closed when the one that runs has ended; nil: none runs
}

// Doctor examines how this host is reached, which takes up to half a minute. While
// another examination runs, it waits for that one's report.
func (a *App) Doctor(ctx context.Context, wishes DoctorWishes) (DoctorReport, error) {
	if err := a.Do(ctx, RunDoctor{wishes}); err != nil {
		return DoctorReport{}, err
	}
	report := a.examined.report()
	if report == nil {
		return DoctorReport{}, ErrNotHosting // it stopped meanwhile
	}
	return *report, nil
}

func (a *App) doctorTask(command Command) task {
	c, ok := command.(RunDoctor)
	if !ok {
		return nil
	}
	return func(ctx context.Context) error { return a.examine(ctx, c.DoctorWishes) }
}

// examine carries out an examination, or waits for the one that runs.
func (a *App) examine(ctx context.Context, wishes DoctorWishes) error {
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
	}
	subject, end := a.subject(h, wishes)
	defer end()
	report := doctor.Examine(ctx, subject, doctor.Config{OnFinding: show})
	a.heed(h, report)
	show(report)
	a.log.Info("examined how this host is reached", "verdict", report.Verdict, "worst", report.Worst)
	return nil
}

// heed lets the host know what has been seen from outside.
func (a *App) heed(h *host, r DoctorReport) {
	for _, f := range r.Findings {
		switch {
		case f.Check == doctor.CheckOutside && f.State == doctor.Pass:
			if at, err := netip.ParseAddrPort(f.Args["address"]); err == nil {
				h.outside.seenOpen(at)
			}
		case f.Check == doctor.CheckOutside && f.State == doctor.Fail:
			h.outside.seenOpen(netip.AddrPort{})
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
