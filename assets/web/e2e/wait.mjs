// until waits for a condition, however slow the machine is: it asks again and
// again and fails only after a minute, with what it saw last.
import { setTimeout as pause } from 'node:timers/promises';

export async function until(what, check, { timeoutMs = 60_000 } = {}) {
  const deadline = Date.now() + timeoutMs;
  let last;
  for (;;) {
    last = await check();
    if (last) return last;
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await pause(100);
  }
}
