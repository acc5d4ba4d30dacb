//go:build !unix

package control

// privately has nothing to do where files take their folder's rights.
func privately[T any](makeFiles func() (T, error)) (T, error) { return makeFiles() }
