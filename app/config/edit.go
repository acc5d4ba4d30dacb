package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// Set writes values into the settings file at path, made if need be, and leaves
// everything else in it as it is, comments too. A key is spelt as in FileError,
// such as "relay.listen"; a value is a string or a bool. Nothing is written when
// the file could not be read afterwards, or would say anything else than asked
// for: then the error wraps ErrEdit or is a *FileError.
func Set(path string, values map[string]any) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link into somebody's collection of settings stays one
	}
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		before, err = defaultFile, os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return &FileError{Path: path, Err: errors.Unwrap(err)}
	}
	after, err := edit(before, values)
	if located := (*FileError)(nil); errors.As(err, &located) {
		located.Path = path
		return located
	}
	if err != nil {
		return &FileError{Path: path, Err: err}
	}
	if err := replace(path, after); err != nil {
		return fmt.Errorf("write settings file: %w", err)
	}
	return nil
}

// edit gives the text with the values, and looks at what came of it.
func edit(before []byte, values map[string]any) ([]byte, error) {
	if _, err := parse(before, Config{}); err != nil {
		return nil, err
	}
	after := before
	for _, key := range slices.Sorted(maps.Keys(values)) {
		literal, err := literalOf(values[key])
		if err != nil {
			return nil, err
		}
		after = setKey(after, key, literal)
	}
	if _, err := parse(after, Config{}); err != nil {
		return nil, err
	}
	var wanted, got map[string]any
	if err := errors.Join(toml.Unmarshal(before, &wanted), toml.Unmarshal(after, &got)); err != nil {
		return nil, errors.Join(ErrEdit, err)
	}
	for key, value := range values {
		put(wanted, strings.Split(key, "."), value)
	}
	if !reflect.DeepEqual(wanted, got) {
		return nil, ErrEdit
	}
	return after, nil
}

// put sets a value in what a file decodes to.
func put(table map[string]any, key []string, value any) {
	if len(key) == 1 {
		table[key[0]] = value
		return
	}
	inner, ok := table[key[0]].(map[string]any)
	if !ok {
		inner = map[string]any{}
		table[key[0]] = inner
	}
	put(inner, key[1:], value)
}

func literalOf(value any) (string, error) {
	switch v := value.(type) {
	case bool:
		return strconv.FormatBool(v), nil
	case string:
		text, err := toml.Marshal(map[string]string{"v": v})
		if err != nil {
			return "", fmt.Errorf("spell a setting: %w", err)
		}
		return strings.TrimSpace(strings.TrimPrefix(string(text), "v = ")), nil
	}
	return "", fmt.Errorf("%w: a value is %T", ErrEdit, value)
}

// setKey changes the line of a key, makes it of the comment that shows its
// default, or adds it to its table.
func setKey(text []byte, key, literal string) []byte {
	table, name, ok := cutLast(key, ".")
	if !ok {
		table, name = "", key
	}
	line := name + " = " + literal
	place := find(text, table, key)
	switch {
	case place.found:
		return splice(text, place.value, place.value+valueLength(text[place.value:]), literal)
	case place.table < 0 && table == "":
		return splice(text, 0, 0, line+"\n")
	case place.table < 0:
		return append(bytes.TrimRight(bytes.Clone(text), "\n"), "\n\n["+table+"]\n"+line+"\n"...)
	}
	if from, to, found := commented(text[:place.end], place.table, name); found {
		return splice(text, from, to, line)
	}
	if place.table > 0 && text[place.table-1] != '\n' {
		line = "\n" + line
	}
	return splice(text, place.table, place.table, line+"\n")
}

// place is where in a text a key belongs, in bytes.
type place struct {
	found bool
	value int // of the key, where it is found
	// table is where its table's first line begins, -1 where there is no such
	// table, and end is where the next table begins.
	table, end int
}

// find looks for a key in a document that can be read.
func find(text []byte, table, wanted string) place {
	found := place{table: -1, end: len(text)}
	inside := table == ""
	if inside {
		found.table = 0
	}
	var name []string
	parser := unstable.Parser{}
	parser.Reset(text)
	for parser.NextExpression() {
		e := parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			if inside {
				found.end = lineStart(text, endOfKey(e))
			}
			name, _ = keyOf(&parser, e)
			inside = e.Kind == unstable.Table && table != "" && strings.Join(name, ".") == table
			if inside {
				found.table, found.end = lineEnd(text, endOfKey(e)), len(text)
			}
		case unstable.KeyValue:
			key, _ := keyOf(&parser, e)
			if strings.Join(append(slices.Clone(name), key...), ".") == wanted {
				at := endOfKey(e)
				at += bytes.IndexByte(text[at:], '=') + 1
				at += len(text[at:]) - len(bytes.TrimLeft(text[at:], " \t"))
				return place{found: true, value: at}
			}
		}
	}
	return found
}

// endOfKey is where the last part of an expression's key ends.
func endOfKey(e *unstable.Node) int {
	end := 0
	for it := e.Key(); it.Next(); {
		raw := it.Node().Raw
		end = int(raw.Offset + raw.Length)
	}
	return end
}

func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd is where the next line begins.
func lineEnd(text []byte, at int) int {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}

// commented finds the line that shows a key's default: "# name = …".
func commented(text []byte, from int, name string) (start, end int, found bool) {
	for from < len(text) {
		next := lineEnd(text, from)
		line := bytes.TrimRight(text[from:next], "\r\n")
		if rest, ok := bytes.CutPrefix(line, []byte("# "+name)); ok && bytes.HasPrefix(bytes.TrimLeft(rest, " "), []byte("=")) {
			return from, from + len(line), true
		}
		from = next
	}
	return 0, 0, false
}

// valueLength is how many bytes a string or bool at the start of text takes. What
// it does not know comes out wrong, which edit sees.
func valueLength(text []byte) int {
	if len(text) > 0 && (text[0] == '"' || text[0] == '\'') {
		for i := 1; i < len(text); i++ {
			switch {
			case text[i] == '\\' && text[0] == '"':
				i++
			case text[i] == text[0]:
				return i + 1
			}
		}
	}
	if n := bytes.IndexAny(text, " \t\r\n#"); n >= 0 {
		return n
	}
	return len(text)
}

func splice(text []byte, from, to int, with string) []byte {
	return slices.Concat(text[:from], []byte(with), text[to:])
}

// replace writes a file so that after a crash the old or the new one is there.
func replace(path string, text []byte) error {
	mode := os.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".config-*.toml")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
