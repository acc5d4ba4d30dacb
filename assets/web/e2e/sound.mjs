// Makes and measures sounds: arrays of 16-bit samples at 48 kHz.
import { rate } from './pulse.mjs';

export function tone(hertz, seconds, amplitude = 0.3) {
  return Int16Array.from({ length: seconds * rate }, (_, i) =>
    Math.round(32767 * amplitude * Math.sin(2 * Math.PI * hertz * i / rate)));
}

// measureTone tells the mean frequency of a tone by its periods, from rising
// zero crossing to the next, and how many of them are odd: longer or shorter
// than they should be by more than the tolerance. A sample's worth of rounding
// is no oddity.
export function measureTone(samples, hertz, tolerance = 0.08) {
  const crossings = [];
  for (let i = 1; i < samples.length; i++) {
    if (samples[i - 1] < 0 && samples[i] >= 0) {
      crossings.push(i - 1 + samples[i - 1] / (samples[i - 1] - samples[i]));
    }
  }
  const want = rate / hertz;
  const periods = crossings.slice(1).map((c, i) => c - crossings[i]);
  const odd = periods.filter((p) => Math.abs(p - want) > Math.max(1, tolerance * want));
  const mean = periods.reduce((sum, p) => sum + p, 0) / periods.length;
  return { hertz: periods.length ? rate / mean : 0, periods: periods.length, odd: odd.length };
}

// longestGap is the longest silence in milliseconds: no 5 ms louder than the floor.
export function longestGap(samples, floor = 0.01) {
  const step = rate * 5 / 1000;
  let longest = 0, current = 0;
  for (let i = 0; i + step <= samples.length; i += step) {
    let sum = 0;
    for (let k = i; k < i + step; k++) sum += samples[k] * samples[k];
    current = Math.sqrt(sum / step) < floor * 32767 ? current + 5 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

export function rms(samples) {
  let sum = 0;
  for (const s of samples) sum += s * s;
  return Math.sqrt(sum / samples.length) / 32767;
}

// onsets are the moments, in milliseconds, at which a sound begins after at
// least so long a quiet.
export function onsets(samples, { threshold = 0.05, quietMs = 150 } = {}) {
  const found = [];
  let quietSince = -Infinity;
  for (let i = 0; i < samples.length; i++) {
    if (Math.abs(samples[i]) < threshold * 32767) continue;
    if (i - quietSince > quietMs * rate / 1000) found.push(i * 1000 / rate);
    quietSince = i;
  }
  return found;
}
