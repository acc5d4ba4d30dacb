// Package takoscall is the control API of takos-call (docs/takos-call.md).
package takoscall
