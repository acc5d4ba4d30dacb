// Waiting times between attempts to reach the host again: doubling, capped, and
// with jitter, so that a restarted host is not met by all its guests at once.

const FIRST_MS = 500;
const CAP_MS = 10_000;

/** The wait before attempt number `attempt` (from 0); `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling * (0.5 + random / 2));
}
