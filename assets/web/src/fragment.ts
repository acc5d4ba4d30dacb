// The invitation in the URL fragment (docs/protocol.md, 1.3). A fragment never
// reaches a server, and it leaves the address bar as soon as it was read, so
// that neither the history nor a look at the screen gives it away.

export type CallType = 'audio' | 'video';

/** An invitation: one user's token, or the code of a room link. */
export type Invite = { kind: 'token' | 'code'; value: string; callType?: CallType };

const SECRET = /^[A-Za-z0-9_-]{1,512}$/;

/**
 * Reads `#t=TOKEN` or `#i=CODE`; `&c=audio` may say that no camera is needed. The
 * fingerprint in `&f=` is for the app: a browser has judged the certificate already.
 */
export function parseFragment(hash: string): Invite | undefined {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const token = fields.get('t');
  const code = fields.get('i');
  const value = token ?? code;
  if (value === null || !SECRET.test(value)) return undefined;
  const invite: Invite = { kind: token === null ? 'code' : 'token', value };
  const callType = fields.get('c');
  if (callType === 'audio' || callType === 'video') invite.callType = callType;
  return invite;
}

/** The link that the app opens: the page's own, whole. To be asked before takeInvite. */
export function appLink(location: Location): string | undefined {
  return parseFragment(location.hash) === undefined ? undefined : `takoshome:${location.href}`;
}

/** Reads the invitation and removes the fragment from the address bar at once. */
export function takeInvite(location: Location, history: History): Invite | undefined {
  const { hash, pathname, search } = location;
  if (hash === '') return undefined;
  history.replaceState(history.state, '', pathname + search);
  return parseFragment(hash);
}
