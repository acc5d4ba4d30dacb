// Package mediatest makes and measures pictures and sounds for tests: films
// whose frames are numbered, readers of the numbers wherever the picture
// appears, and tones.
//
// A frame has a border of one strong colour, by which it is found, and inside it
// 4 by 4 black or white cells: 12 bits of the number, then 4 of a checksum. They
// survive VP8 at a low rate, shrinking to 48 pixels, and being drawn among
// others on a screen. The browser tests' assets/web/e2e/picture.mjs makes and
// reads the same.
package mediatest
