import { createHash } from 'node:crypto';
import { SoapSession, type Endpoint } from './soap-session.js';

const sessions = new Map<string, SoapSession>();

/** The one session of this process on a vCenter: vCenter allows few, and a login takes longer than most calls. */
export function sessionOn(endpoint: Endpoint): SoapSession {
  const { url, username, password, caPem } = endpoint;
  const key = createHash('sha256')
    .update(JSON.stringify([url, username, password, caPem]))
    .digest('hex');
  const session = sessions.get(key) ?? new SoapSession(endpoint);
  sessions.set(key, session);
  return session;
}

/** Logs out everywhere: a worker that ends leaves no session to run into vCenter's limit. */
export async function closeSessions(): Promise<void> {
  const open = [...sessions.values()];
  sessions.clear();
  await Promise.allSettled(open.map((session) => session.close()));
}
