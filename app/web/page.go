package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// minGzipBytes is the size below which compressing saves nothing.
const minGzipBytes = 1024

// contentTypes are those of the page's files; the system's own table differs
// from machine to machine.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".webmanifest": "application/manifest+json",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".ico":         "image/x-icon",
	".woff2":       "font/woff2",
	".txt":         "text/plain; charset=utf-8",
}

// page is the join page with its files, ready to send.
type page struct {
	files map[string]pageFile
}

type pageFile struct {
	body, zipped []byte // zipped is nil where it would not be smaller
	contentType  string
	etag         string
}

func loadPage(files fs.FS) (*page, error) {
	if files == nil {
		return nil, errNoPage
	}
	p := &page{files: map[string]pageFile{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		p.files[name], err = newPageFile(name, body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the join page: %w", err)
	}
	if _, ok := p.files["index.html"]; !ok {
		return nil, errNoPage
	}
	return p, nil
}

func newPageFile(name string, body []byte) (pageFile, error) {
	sum := sha256.Sum256(body)
	f := pageFile{
		body:        body,
		contentType: contentTypes[path.Ext(name)],
		etag:        base64.RawURLEncoding.EncodeToString(sum[:12]),
	}
	if f.contentType == "" {
		f.contentType = "application/octet-stream"
	}
	if len(body) < minGzipBytes {
		return f, nil
	}
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return f, err
	}
	if _, err := z.Write(body); err != nil {
		return f, err
	}
	if err := z.Close(); err != nil {
		return f, err
	}
	if zipped.Len() < len(body)*9/10 {
		f.zipped = zipped.Bytes()
	}
	return f, nil
}

func (p *page) serveIndex(w http.ResponseWriter, r *http.Request) {
	p.serve(w, r, "index.html")
}

func (p *page) serveFile(w http.ResponseWriter, r *http.Request) {
	p.serve(w, r, r.PathValue("file"))
}

func (p *page) serve(w http.ResponseWriter, r *http.Request, name string) {
	f, ok := p.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, etag := f.body, f.etag
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	// Asked each time, sent only when changed: a new version must not meet an
	// old page.
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	if f.zipped != nil && acceptsGzip(r) {
		body, etag = f.zipped, etag+"-gzip"
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", `"`+etag+`"`)
	if strings.Contains(r.Header.Get("If-None-Match"), `"`+etag+`"`) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func acceptsGzip(r *http.Request) bool {
	for item := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, quality, _ := strings.Cut(strings.TrimSpace(item), ";")
		if coding == "gzip" && strings.TrimSpace(quality) != "q=0" {
			return true
		}
	}
	return false
}
