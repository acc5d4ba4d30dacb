package ui

import (
	"math"
	"strconv"
	"time"
)

// none stands for a figure that is not known.
const none = "–"

// groupDigits writes a whole number with a comma each three digits.
func groupDigits(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// kbits writes a bit rate in kbit/s without its unit, for columns.
func kbits(bps uint64) string {
	return groupDigits((bps + 500) / 1000)
}

// rate writes a bit rate with a fitting unit.
func rate(bps uint64) string {
	if bps < 999_500 {
		return kbits(bps) + " kbit/s"
	}
	return strconv.FormatFloat(float64(bps)/1e6, 'f', 2, 64) + " Mbit/s"
}

// dataSize writes a number of bytes with a fitting unit.
func dataSize(bytes uint64) string {
	switch {
	case bytes < 1_000_000:
		return strconv.FormatFloat(float64(bytes)/1e3, 'f', 1, 64) + " kB"
	case bytes < 1_000_000_000:
		return strconv.FormatFloat(float64(bytes)/1e6, 'f', 1, 64) + " MB"
	default:
		return strconv.FormatFloat(float64(bytes)/1e9, 'f', 2, 64) + " GB"
	}
}

// percent writes a share of a hundred with one digit; negative is unknown.
func percent(value float64) string {
	if value < 0 || math.IsNaN(value) {
		return none
	}
	return strconv.FormatFloat(value, 'f', 1, 64)
}

// millis writes milliseconds; zero and less are unknown.
func millis(value float64) string {
	switch {
	case value <= 0 || math.IsNaN(value):
		return none
	case value < 10:
		return strconv.FormatFloat(value, 'f', 1, 64)
	default:
		return groupDigits(uint64(value + 0.5))
	}
}

// size writes a picture's width and height; zero is unknown.
func size(width, height uint16) string {
	if width == 0 || height == 0 {
		return none
	}
	return strconv.Itoa(int(width)) + "×" + strconv.Itoa(int(height))
}

// moment writes a time of day, with the date where it is not today.
func moment(at, now time.Time) string {
	at = at.Local()
	now = now.Local()
	clock := at.Format(tr("format.clock"))
	switch dayOf(at).Sub(dayOf(now)) {
	case 0:
		return tr("format.today", "clock", clock)
	case 24 * time.Hour:
		return tr("format.tomorrow", "clock", clock)
	default:
		return at.Format(tr("format.date")) + " " + clock
	}
}

// dayOf names the day of a local time, apart from clock changes in it.
func dayOf(at time.Time) time.Time {
	year, month, day := at.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
