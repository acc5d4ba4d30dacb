// A browser does not tell why a WebSocket was refused. The same address asked
// without an upgrade does: the host answers it with the status that the
// handshake got (docs/protocol.md, 1.1).

/** Why a socket did not open. `alive`: the host is there and has nothing against us. */
export type Verdict =
  | { word: 'refused' | 'foreign' | 'full' | 'alive' | 'gone' }
  | { word: 'busy'; retryAfterMs: number };

const PROBE_TIMEOUT_MS = 5_000;
const DEFAULT_RETRY_AFTER_S = 10;

/** Reads the verdict out of a status and its Retry-After. */
export function verdictOf(status: number, retryAfter: string | null): Verdict {
  if (status === 401) return { word: 'refused' };
  if (status === 403) return { word: 'foreign' };
  if (status === 503) return { word: 'full' };
  if (status === 429) {
    const seconds = Number.parseInt(retryAfter ?? '', 10);
    return { word: 'busy', retryAfterMs: 1000 * (seconds > 0 ? seconds : DEFAULT_RETRY_AFTER_S) };
  }
  return { word: status < 500 ? 'alive' : 'gone' };
}

/** Asks the address of a socket that did not open. */
export async function probe(socketUrl: URL): Promise<Verdict> {
  const url = new URL(socketUrl);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  try {
    const answer = await fetch(url, {
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    return verdictOf(answer.status, answer.headers.get('Retry-After'));
  } catch {
    return { word: 'gone' };
  }
}
