// Package assets embeds what the program carries with it: icons, fonts and
// translations of the window, and the join page.
package assets

import "embed"

//go:embed translations/*.json
var translations embed.FS

//go:embed icons/*.svg icons/*.png
var icons embed.FS

//go:embed fonts/NotoSansJP-Regular.otf
var fontRegular []byte

//go:embed fonts/NotoSansJP-Bold.otf
var fontBold []byte

// TranslationsDir is the folder of Translations that holds one JSON file a language.
const TranslationsDir = "translations"

// Translations returns the window's sentences, one JSON file a language.
func Translations() embed.FS { return translations }

// Icon returns a file of the icon folder, such as "mic.svg", or nil when there is none.
func Icon(name string) []byte {
	content, err := icons.ReadFile("icons/" + name)
	if err != nil {
		return nil
	}
	return content
}

// FontRegular returns the embedded regular font, which the caller must not change.
func FontRegular() []byte { return fontRegular }

// FontBold returns the embedded bold font, which the caller must not change.
func FontBold() []byte { return fontBold }
