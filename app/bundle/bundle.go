package bundle

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"takoshome/app/logfile"
)

const (
	// maxLogBytes is how much of one log file is taken, from its end, and maxLogFiles
	// of how many.
	maxLogBytes = 2 << 20
	maxLogFiles = 4
	maxListed   = 200
	readMe      = `This is what Takos Home tells of itself to somebody who helps with a problem.
Passwords, keys and links are left out. Look through the files before you give them away:
they name this computer's addresses and the people who were in calls.

困りごとを調べる人に渡すための、Takos Home の情報です。
パスワード、鍵、招待リンクは入っていません。渡す前に中身をご確認ください。
このコンピューターのアドレスと、通話にいた人の名前が含まれます。
`
)

// Source is what a bundle is made of.
type Source struct {
	Now     time.Time
	Version string
	DataDir string
	// Status is the app's snapshot, or what it is made into as JSON; nil where
	// StatusError says why there is none.
	Status      any
	StatusError error
	// Settings are those of the file, as JSON; SettingsError says why there are none.
	Settings      []byte
	SettingsError error
	// LogPath is the newest log file; empty: there is none.
	LogPath string
	// Running says that this process is the app: then its inside is told as well.
	Running bool
}

// Save writes a new file for its owner alone. ErrExists leaves an old one as it is.
func Save(name string, s Source) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s", ErrExists, name)
	}
	if err != nil {
		return fmt.Errorf("make bundle: %w", err)
	}
	if err := errors.Join(Write(f, s), f.Close()); err != nil {
		return fmt.Errorf("write bundle: %w", errors.Join(err, os.Remove(name)))
	}
	return nil
}

// Write writes the zip file. What cannot be read is told in its place.
func Write(w io.Writer, s Source) error {
	b := &bundle{source: s, zip: zip.NewWriter(w), cleaner: logfile.NewCleaner()}
	b.add("README.txt", func(w io.Writer) error { return say(w, readMe) })
	b.add("status.json", b.status)
	b.add("settings.json", b.settings)
	b.add("system.txt", b.system)
	b.add("files.txt", b.files)
	if s.Running {
		b.add("goroutines.txt", goroutines)
	}
	if s.LogPath != "" {
		b.logs()
	}
	return errors.Join(b.err, b.zip.Close())
}

// bundle is one that is being written.
type bundle struct {
	source  Source
	zip     *zip.Writer
	cleaner *logfile.Cleaner
	err     error // the first that kept it from being written
}

// add writes one file; an error of text's own becomes its last line.
func (b *bundle) add(name string, text func(io.Writer) error) {
	if b.err != nil {
		return
	}
	w, err := b.zip.CreateHeader(&zip.FileHeader{
		Name: path.Join("takoshome-report", name), Method: zip.Deflate, Modified: b.source.Now,
	})
	if err != nil {
		b.err = err
		return
	}
	if err := text(w); err != nil {
		b.err = say(w, b.cleaner.Clean(err.Error())+"\n")
	}
}

func say(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

func (b *bundle) status(w io.Writer) error {
	if b.source.StatusError != nil {
		return b.source.StatusError
	}
	text, err := json.Marshal(b.source.Status)
	if err != nil {
		return err
	}
	return b.json(w, text)
}

func (b *bundle) settings(w io.Writer) error {
	if b.source.SettingsError != nil {
		return b.source.SettingsError
	}
	return b.json(w, b.source.Settings)
}

// json writes a document without what is secret or private in it.
func (b *bundle) json(w io.Writer, text []byte) error {
	var document any
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(b.clean("", document))
}

// files lists the data folder, and reads nothing there.
func (b *bundle) files(w io.Writer) error {
	listed := 0
	return filepath.WalkDir(b.source.DataDir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return say(w, err.Error()+"\n")
		}
		info, err := entry.Info()
		if err != nil {
			return say(w, err.Error()+"\n")
		}
		if listed++; listed > maxListed {
			return fs.SkipAll
		}
		shown, err := filepath.Rel(b.source.DataDir, name)
		if err != nil {
			return err
		}
		return say(w, b.cleaner.Clean(fmt.Sprintf("%s %10d %s %s\n",
			info.Mode(), info.Size(), info.ModTime().UTC().Format(time.DateTime), filepath.ToSlash(shown))))
	})
}

// logs adds the log files, cleaned once more: an older version may have known
// less of what is secret.
func (b *bundle) logs() {
	files := logfile.Files(b.source.LogPath)
	for n := range maxLogFiles {
		f, err := os.Open(files.Path(n))
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		b.add("log/"+path.Base(filepath.ToSlash(files.Path(n))), func(w io.Writer) error {
			if err != nil {
				return err
			}
			return b.copyLog(w, f)
		})
		if err == nil {
			_ = f.Close()
		}
	}
}

func (b *bundle) copyLog(w io.Writer, f *os.File) error {
	if info, err := f.Stat(); err == nil && info.Size() > maxLogBytes {
		if _, err := f.Seek(-maxLogBytes, io.SeekEnd); err != nil {
			return err
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxLogBytes))
	if err != nil {
		return err
	}
	return say(w, b.cleaner.Clean(strings.ToValidUTF8(string(text), "?")))
}
