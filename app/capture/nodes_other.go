//go:build !linux

package capture

func systemNodes() *nodes { return &nodes{} }

// rescan does nothing: elsewhere the library would register all cameras twice.
func rescan() {}

func (*nodes) list() []found { return nil }

func (*nodes) isLabel(string) bool { return false }

func (*nodes) first([]found) int { return 0 }
