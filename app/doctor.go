package app

import (
	"context"

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

// Doctor examines how this host is reached. While another examination runs, it
// waits for that one's report.
func (a *App) Doctor(_ context.Context, _ DoctorWishes) (DoctorReport, error) {
	return DoctorReport{}, ErrNotHosting
}
