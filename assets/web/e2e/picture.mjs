// A camera whose frames are numbered, as a .y4m file, and a reader of the
// numbers wherever the picture appears: in a browser's video or on a screen.
//
// A frame has a border of one strong colour, by which it is found, and inside
// it 4 by 4 black or white cells: 12 bits of the number, then 4 of a checksum.
import { open } from 'node:fs/promises';

export const border = { green: [0, 255, 0], magenta: [255, 0, 255], blue: [0, 0, 255] };
const frame = 1 / 12; // how thick the border is, of width and height

const checksum = (number) => (number ^ (number >> 4) ^ (number >> 8)) & 15;
const bitsOf = (number) => Array.from({ length: 16 }, (_, i) =>
  i < 12 ? (number >> (11 - i)) & 1 : (checksum(number) >> (15 - i)) & 1);

// toYCbCr converts by BT.601 in the limited range, as cameras do.
function toYCbCr([r, g, b]) {
  return [
    16 + (65.738 * r + 129.057 * g + 25.064 * b) / 256,
    128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256,
    128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256,
  ].map(Math.round);
}

// writeCamera writes a film that may be looped, 30 frames a second.
export async function writeCamera(path, { width = 640, height = 360, frames = 60, color = 'green' } = {}) {
  const file = await open(path, 'w');
  await file.write(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`);
  const [Y, Cb, Cr] = toYCbCr(border[color]);
  const x0 = width * frame, y0 = height * frame, w = width - 2 * x0, h = height - 2 * y0;
  const size = width * height;
  const data = Buffer.alloc(size + size / 2);
  for (let number = 0; number < frames; number++) {
    const bits = bitsOf(number);
    const cell = (x, y) => {
      const column = Math.floor((x - x0) / w * 4), row = Math.floor((y - y0) / h * 4);
      return column >= 0 && column < 4 && row >= 0 && row < 4 ? bits[row * 4 + column] : -1;
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const bit = cell(x, y);
        data[y * width + x] = bit < 0 ? Y : bit ? 235 : 16;
        if ((x & 1) === 0 && (y & 1) === 0) {
          const at = size + (y >> 1) * (width >> 1) + (x >> 1);
          data[at] = bit < 0 ? Cb : 128;
          data[at + size / 4] = bit < 0 ? Cr : 128;
        }
      }
    }
    await file.write('FRAME\n');
    await file.write(data);
  }
  await file.close();
}

// readNumber finds the picture with a border of the given color in RGBA pixels
// and gives {number, x, y, width, height}, or null. It is self-contained, so
// that it can run in a page.
export function readNumber({ data, width, height }, [red, green, blue]) {
  const near = (i) => Math.abs(data[i] - red) < 110 && Math.abs(data[i + 1] - green) < 110 && Math.abs(data[i + 2] - blue) < 110;
  const columns = new Uint32Array(width), rows = new Uint32Array(height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (near((y * width + x) * 4)) { columns[x]++; rows[y]++; }
    }
  }
  // A line of the border is long; stray pixels of that color are not.
  const span = (counts, least) => {
    let first = -1, last = -1;
    counts.forEach((n, i) => { if (n >= least) { if (first < 0) first = i; last = i; } });
    return first < 0 ? null : [first, last + 1];
  };
  const xs = span(columns, 12), ys = span(rows, 12);
  if (!xs || !ys) return null;
  const w = xs[1] - xs[0], h = ys[1] - ys[0];
  if (w < 24 || h < 24) return null;
  const margin = 1 / 12;
  let bits = 0;
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      const x = Math.round(xs[0] + w * (margin + (1 - 2 * margin) * (column + 0.5) / 4));
      const y = Math.round(ys[0] + h * (margin + (1 - 2 * margin) * (row + 0.5) / 4));
      bits = bits << 1 | (data[(y * width + x) * 4 + 1] > 127 ? 1 : 0);
    }
  }
  const number = bits >> 4;
  if (((number ^ (number >> 4) ^ (number >> 8)) & 15) !== (bits & 15)) return null;
  return { number, x: xs[0], y: ys[0], width: w, height: h };
}
