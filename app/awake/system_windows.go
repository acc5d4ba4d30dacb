package awake

import (
	"errors"
	"fmt"
	"log/slog"
	"unsafe"

	"golang.org/x/sys/windows"
)

const (
	// Of winnt.h and minwinbase.h.
	powerRequestContextVersion      = 0
	powerRequestContextSimpleString = 1
	powerRequestSystemRequired      = 1
)

// system is the power requests of Windows.
type system struct{}

// event is what the system sends: nothing, the clock tells.
type event = struct{}

func newSystem(*slog.Logger) *system   { return &system{} }
func (s *system) open()                {}
func (s *system) close()               {}
func (s *system) events() <-chan event { return nil }
func meaning(event) sign               { return meansNothing }

// reasonContext is REASON_CONTEXT with a simple string; the union is as large as
// its other half.
type reasonContext struct {
	version uint32
	flags   uint32
	reason  *uint16
	_       [3]uintptr
}

// inhibit holds as long as its handle is open. Unlike SetThreadExecutionState it
// belongs to no thread.
func (s *system) inhibit(reason string) (release func() error, err error) {
	text, err := windows.UTF16PtrFromString(reason)
	if err != nil {
		return nil, err
	}
	kernel := windows.NewLazySystemDLL("kernel32.dll")
	create, set := kernel.NewProc("PowerCreateRequest"), kernel.NewProc("PowerSetRequest")
	if err := errors.Join(create.Find(), set.Find()); err != nil {
		return nil, err
	}
	context := reasonContext{version: powerRequestContextVersion, flags: powerRequestContextSimpleString, reason: text}
	request, _, err := create.Call(uintptr(unsafe.Pointer(&context)))
	handle := windows.Handle(request)
	if handle == windows.InvalidHandle || handle == 0 {
		return nil, fmt.Errorf("make a power request: %w", err)
	}
	if ok, _, err := set.Call(request, powerRequestSystemRequired); ok == 0 {
		return nil, errors.Join(fmt.Errorf("set a power request: %w", err), windows.CloseHandle(handle))
	}
	return func() error { return windows.CloseHandle(handle) }, nil
}
