// Package y4m reads films in the YUV4MPEG2 format, which ffmpeg and others
// write: a line of parameters, then for each frame a short line and its bare
// planes. A film stands in for a camera. Files may come from anywhere, so every
// size is bounded before memory is taken for it.
//
// There is no RFC; the format is that of mjpegtools, as its manual page
// yuv4mpeg(5) says: https://www.mankier.com/5/yuv4mpeg. Of its colours 4:2:0,
// 4:2:2 and 4:4:4 with 8 bits are read. Interlaced films are shown as they are.
//
// It starts no goroutine.
package y4m
