// The two requests by which a room link becomes a token (docs/protocol.md, 1.3),
// and the addresses of the host. All of them are relative to the page, so that
// a path prefix of a reverse proxy works.

import type { CallType } from './fragment';

/** The words of a refused join; `unreachable` is ours, for no answer at all. */
export type JoinProblem = 'badName' | 'badCode' | 'tooMany' | 'full' | 'notHosting' | 'unreachable';

const JOIN_PROBLEMS: readonly string[] = ['badName', 'badCode', 'tooMany', 'full', 'notHosting'];
const PROBLEM_OF_STATUS: Record<number, JoinProblem> = { 400: 'badName', 404: 'badCode', 429: 'tooMany', 503: 'full' };
const REQUEST_TIMEOUT_MS = 15_000;

export class JoinError extends Error {
  constructor(readonly problem: JoinProblem) {
    super(problem);
  }
}

export type RoomInfo = { room: string; callType: CallType; people: number };

/** BASE/ for a page at BASE/j. */
export function baseOf(pageUrl: string): URL {
  const base = new URL('.', pageUrl);
  base.search = '';
  base.hash = '';
  return base;
}

/** What a room link leads to, before anybody has to choose a name. */
export async function fetchRoomInfo(base: URL, code: string): Promise<RoomInfo> {
  const answer = await request(new URL('api/join/info', base), { headers: { 'X-Takos-Code': code } });
  const body = (await answer.json()) as Partial<RoomInfo>;
  return {
    room: typeof body.room === 'string' ? body.room : '',
    callType: body.callType === 'audio' ? 'audio' : 'video',
    people: typeof body.people === 'number' ? body.people : 0,
  };
}

/** Turns a code and a name into a token. It lives for a minute: ask when joining, not before. */
export async function fetchToken(base: URL, code: string, name: string): Promise<string> {
  const answer = await request(new URL('api/join', base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, name }),
  });
  const body = (await answer.json()) as { token?: unknown };
  if (typeof body.token !== 'string') throw new JoinError('unreachable');
  return body.token;
}

async function request(url: URL, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch {
    throw new JoinError('unreachable');
  }
  if (!answer.ok) throw new JoinError(await problemOf(answer));
  return answer;
}

async function problemOf(answer: Response): Promise<JoinProblem> {
  const body = (await answer.json().catch(() => undefined)) as { error?: unknown } | undefined;
  const word = body?.error;
  if (typeof word === 'string' && JOIN_PROBLEMS.includes(word)) return word as JoinProblem;
  return PROBLEM_OF_STATUS[answer.status] ?? 'unreachable';
}
