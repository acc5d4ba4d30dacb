#!/bin/sh
# Makes the PNG files beside this script from the SVG ones; trays and window managers want PNG.
#   apt-get install librsvg2-bin && sh assets/icons/make.sh
set -eu
cd "$(dirname -- "$0")"
rsvg-convert --width 256 --height 256 --output app.png app.svg
# The tray icon is coloured and numbered while the program runs; only its shape is needed.
rsvg-convert --width 64 --height 64 --output tray.png octopus.svg
