package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is what all threads of a process have used so far, to the nanosecond:
// its CPU clock (clock_getcpuclockid(3)), whose figure /proc/PID/stat rounds to
// hundredths of a second.
func cpuTime(pid int) (time.Duration, error) {
	const ofProcess = 2 // CPUCLOCK_SCHED
	var at unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|ofProcess), &at); err != nil {
		return 0, fmt.Errorf("read CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(at.Nano()), nil
}

// residentBytes is a process's memory (VmRSS).
func residentBytes(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	var size, resident int
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		return 0, err
	}
	return resident * os.Getpagesize(), nil
}

// wakeUps counts how often the threads of a process were put to sleep and woken.
func wakeUps(pid int) (n uint64, err error) {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return 0, err
	}
	for _, thread := range threads {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/status", pid, thread.Name()))
		if err != nil {
			continue // it has just ended
		}
		n += field(status, "voluntary_ctxt_switches:")
	}
	return n, nil
}

// cores divides the machine: the measured process gets the last core, or the last
// two, and the test the others; on a machine of two they share the first then.
type cores struct{ all []int }

func findCores() (cores, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return cores{}, fmt.Errorf("read CPU affinity: %w", err)
	}
	var c cores
	for cpu := range 1024 {
		if set.IsSet(cpu) {
			c.all = append(c.all, cpu)
		}
	}
	return c, nil
}

// measured are the cores of the measured process.
func (c cores) measured() []int { return c.all[len(c.all)-1:] }

// two are those of a measured process that is to have two.
func (c cores) two() []int { return c.all[max(len(c.all)-2, 0):] }

// rest are those of the test.
func (c cores) rest() []int { return c.all[:max(len(c.all)-2, 1)] }

// keepTo binds all threads of this process.
func keepTo(cpus []int) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	set := setOf(cpus)
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			continue
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil {
			return fmt.Errorf("set CPU affinity: %w", err)
		}
	}
	return nil
}

// startOn runs start, which starts a process, on a thread bound to the cores:
// the process inherits that.
func startOn(cpus []int, start func() error) error {
	result := make(chan error, 1)
	go func() {
		// The thread is not given back: it ends with this goroutine.
		runtime.LockOSThread()
		set := setOf(cpus)
		if err := unix.SchedSetaffinity(0, &set); err != nil {
			result <- fmt.Errorf("set CPU affinity: %w", err)
			return
		}
		result <- start()
	}()
	return <-result
}

func setOf(cpus []int) (set unix.CPUSet) {
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	return set
}
