// Ends what tests have started when the tests themselves are ended early.
import { spawn } from 'node:child_process';

const running = new Set();
process.on('exit', () => {
  for (const child of running) {
    try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it is gone */ }
  }
});
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1));

// start is spawn with a group of processes of its own.
export function start(program, args, options) {
  const child = spawn(program, args, { ...options, detached: true });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}
