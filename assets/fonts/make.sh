#!/bin/sh
# Makes the two font files beside this script from Debian's fonts-noto-cjk:
#   apt-get install fonts-noto-cjk python3-fonttools && sh assets/fonts/make.sh
# Kept are the characters of JIS X 0213 (everything a Japanese person writes),
# Latin with its accents, half-width kana and general punctuation. Hints, vertical
# metrics and the glyphs of other countries (feature "locl") are left out: Fyne uses none.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
source=${NOTO_CJK_DIR:-/usr/share/fonts/opentype/noto}
python=${PYTHON:-/usr/bin/python3}
wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT

"$python" - >"$wanted" <<'PY'
wanted = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180))
wanted |= set(range(0x2000, 0x2070)) | set(range(0xFF61, 0xFFA0))
for lead in [*range(0x81, 0xA0), *range(0xE0, 0xFD)]:
    for trail in range(0x40, 0xFD):
        try:
            wanted.update(map(ord, bytes([lead, trail]).decode("shift_jis_2004")))
        except UnicodeDecodeError:
            pass
print(",".join("%04X" % c for c in sorted(wanted)))
PY

for weight in Regular Bold; do
	# Face 0 of the collection is the Japanese one.
	"$python" -m fontTools.subset "$source/NotoSansCJK-$weight.ttc" --font-number=0 \
		--unicodes-file="$wanted" --output-file="$here/NotoSansJP-$weight.otf" \
		--no-hinting --layout-features=ccmp,kern,mark,mkmk \
		--drop-tables+=vhea,vmtx,VORG --notdef-outline --name-IDs='*'
	# The original's lines hang the letters below the middle of buttons and rows.
	# Fyne rounds the upper part up to whole pixels, so the lower one has room to
	# spare, or the tails of letters would be cut.
	"$python" - "$here/NotoSansJP-$weight.otf" <<'PY'
import sys
from fontTools.ttLib import TTFont

font = TTFont(sys.argv[1], recalcTimestamp=False)
font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = 1060, -350, 0
font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["OS/2"].sTypoLineGap = 1060, -350, 0
font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = 1060, 350
font.save(sys.argv[1])
PY
done
