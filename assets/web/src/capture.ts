// Asking the browser for microphone, camera and screen, and what its refusals mean.

export type DeviceKind = 'microphone' | 'camera';

/** Why there is no microphone or camera: each has its sentence in strings.ts. */
export type DeviceProblem = 'insecure' | 'missing' | 'denied' | 'busy' | 'failed';

const PROBLEM_OF_ERROR: Record<string, DeviceProblem> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

const PERMISSION: Record<DeviceKind, string> = { microphone: 'microphone', camera: 'camera' };

/** What a refusal of getUserMedia means to the person. */
export function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return PROBLEM_OF_ERROR[name] ?? 'failed';
}

/** Whether this page may have devices at all: only over https or on localhost. */
export function canCapture(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function';
}

export function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

export function canChooseSpeaker(): boolean {
  return canCapture() && 'setSinkId' in HTMLMediaElement.prototype;
}

/** All devices known; unnamed and without ids until something was allowed. */
export async function listDevices(): Promise<MediaDeviceInfo[]> {
  if (typeof navigator.mediaDevices?.enumerateDevices !== 'function') return [];
  return navigator.mediaDevices.enumerateDevices().catch(() => []);
}

/** Whether the person has allowed this kind already, so that asking shows no prompt. */
export async function isAllowed(kind: DeviceKind): Promise<boolean> {
  try {
    const status = await navigator.permissions.query({ name: PERMISSION[kind] as PermissionName });
    return status.state === 'granted';
  } catch {
    return false; // not every browser answers for devices
  }
}

export type DeviceChoice = { id: string; exact: boolean } | undefined;

/** Opens the microphone, the camera or both at once, so that there is one prompt. */
export async function capture(wanted: { [K in DeviceKind]?: { choice: DeviceChoice } }): Promise<MediaStreamTrack[]> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: wanted.microphone === undefined ? false : audioConstraints(wanted.microphone.choice),
    video: wanted.camera === undefined ? false : videoConstraints(wanted.camera.choice),
  });
  for (const track of stream.getTracks()) track.contentHint = track.kind === 'audio' ? 'speech' : 'motion';
  return stream.getTracks();
}

/** Opens a screen or window; undefined if the person thought better of it. */
export async function captureScreen(): Promise<MediaStreamTrack | undefined> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } } });
    const track = stream.getVideoTracks()[0];
    if (track !== undefined) track.contentHint = 'detail';
    return track;
  } catch (error) {
    if (problemOf(error) === 'denied') return undefined;
    throw error;
  }
}

function audioConstraints(choice: DeviceChoice): MediaTrackConstraints {
  return { ...chosen(choice), echoCancellation: true, noiseSuppression: true, autoGainControl: true };
}

function videoConstraints(choice: DeviceChoice): MediaTrackConstraints {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  return choice === undefined ? { ...size, facingMode: 'user' } : { ...size, ...chosen(choice) };
}

function chosen(choice: DeviceChoice): MediaTrackConstraints {
  if (choice === undefined) return {};
  return { deviceId: choice.exact ? { exact: choice.id } : { ideal: choice.id } };
}
