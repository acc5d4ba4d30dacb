// A missing device is a sentence, not an obstacle: which sentence.

import type { DeviceKind, DeviceProblem } from './capture';
import type { Key } from './strings';

/** The sentence for what is wrong with the devices, if anything is. */
export function problemKey(microphone: DeviceProblem | undefined, camera: DeviceProblem | undefined): Key | undefined {
  if (microphone === 'insecure' || camera === 'insecure') return 'insecure';
  if (microphone === 'denied' && camera === 'denied') return 'bothDenied';
  if (microphone === 'missing' && camera === 'missing') return 'bothMissing';
  if (microphone !== undefined) return keyOf('microphone', microphone);
  if (camera !== undefined) return keyOf('camera', camera);
  return undefined;
}

/** Whether asking again may help; a missing device is noticed by itself when it comes. */
export function isWorthRetrying(problem: DeviceProblem | undefined): boolean {
  return problem === 'denied' || problem === 'busy' || problem === 'failed';
}

function keyOf(kind: DeviceKind, problem: DeviceProblem): Key {
  if (problem === 'insecure') return 'insecure';
  const suffix = { denied: 'Denied', missing: 'Missing', busy: 'Busy', failed: 'Failed' } as const;
  return `${kind}${suffix[problem]}`;
}
