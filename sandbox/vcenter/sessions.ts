import { randomUUID } from 'node:crypto';
import { Fault } from './fault.js';

/** Who is logged in. `key` names a session to people, `cookie` proves it; they differ, as on a real vCenter. */
export class Sessions {
  private readonly byCookie = new Map<string, { key: string; user: string }>();

  constructor(
    private readonly username: string,
    private readonly password: string,
  ) {}

  login(userName: string | undefined, password: string | undefined): { key: string; cookie: string } {
    if (userName !== this.username || password !== this.password)
      throw new Fault('InvalidLogin', {}, 'Cannot complete login due to an incorrect user name or password.');
    const session = { key: randomUUID(), cookie: randomUUID() };
    this.byCookie.set(session.cookie, { key: session.key, user: userName });
    return session;
  }

  keyOf(cookie: string | undefined): string | undefined {
    return cookie === undefined ? undefined : this.byCookie.get(cookie)?.key;
  }

  end(key: string): boolean {
    const found = [...this.byCookie].find(([, session]) => session.key === key);
    return found !== undefined && this.byCookie.delete(found[0]);
  }

  isActive(key: string): boolean {
    return [...this.byCookie.values()].some((session) => session.key === key);
  }

  keys(): string[] {
    return [...this.byCookie.values()].map((session) => session.key);
  }
}
