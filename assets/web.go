package assets

import (
	"embed"
	"io/fs"
)

// The built page is committed, so that a build of the app needs no Node.js;
// `make web` makes it anew from assets/web.
//
//go:embed web/dist
var web embed.FS

// Web returns the files of the join page: index.html, served at BASE/j, and
// what it names, served under BASE/j/. See assets/web/README.md.
func Web() (fs.FS, error) {
	return fs.Sub(web, "web/dist")
}
