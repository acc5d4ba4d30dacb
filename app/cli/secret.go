package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxLineBytes bounds what is read where a line is expected.
const maxLineBytes = 4096

// terminal gives standard input where somebody types there.
func (s *session) terminal() (*os.File, bool) {
	file, ok := s.Stdin.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// password asks for a password twice where somebody types, without showing it;
// from a file or a pipe it is the first line.
func (s *session) password(name string) (string, error) {
	file, ok := s.terminal()
	if !ok {
		return s.line()
	}
	first, err := s.hidden(file, "account.ask", "name", plain(name))
	if err != nil {
		return "", err
	}
	second, err := s.hidden(file, "account.askAgain")
	switch {
	case err != nil:
		return "", err
	case first != second:
		return "", errDifferent
	}
	return first, nil
}

// hidden reads a line without showing it.
func (s *session) hidden(file *os.File, key string, pairs ...string) (string, error) {
	_, _ = fmt.Fprint(s.Stderr, s.words.say(key, pairs...)+" ")
	defer func() { _, _ = fmt.Fprintln(s.Stderr) }() // Enter was not shown either
	giveBack, err := restoreOnSignal(file)
	if err != nil {
		return "", err
	}
	defer giveBack()
	text, err := term.ReadPassword(int(file.Fd()))
	switch {
	case err != nil:
		return "", fmt.Errorf("read password: %w", err)
	case len(text) == 0:
		return "", errNoPassword
	}
	return string(text), nil
}

// line reads the first line of standard input.
func (s *session) line() (string, error) {
	if s.Stdin == nil {
		return "", errNoPassword
	}
	text, err := bufio.NewReader(io.LimitReader(s.Stdin, maxLineBytes)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	if text = strings.TrimRight(text, "\r\n"); text == "" {
		return "", errNoPassword
	}
	return text, nil
}

// confirm is nil once somebody has said yes at the terminal.
func (s *session) confirm(key string, pairs ...string) error {
	if _, ok := s.terminal(); !ok {
		return usageError{errNeedsYes}
	}
	_, _ = fmt.Fprint(s.Stderr, s.words.say(key, pairs...)+" ")
	text, err := s.line()
	if err != nil {
		return errNotConfirmed
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "y", "yes", "はい":
		return nil
	}
	return errNotConfirmed
}
