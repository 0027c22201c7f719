/** What a line of authorized_keys says of a key: a command in place of whatever is asked, and where it may come from. */
export type AuthorizedKey = { command?: string; from?: readonly string[] };

/**
 * Finds a key among the lines of authorized_keys. Of the options `command` and `from` are simulated; those that forbid what
 * the simulated sshd has not anyway are taken.
 * @param key in base64
 * @throws Error for an option that is not simulated
 * @see https://man.openbsd.org/sshd.8#AUTHORIZED_KEYS_FILE_FORMAT
 */
export function authorizedKey(text: string, key: string): AuthorizedKey | undefined {
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line.startsWith('#')) continue;
    // Options, the type, the key and a comment; only options have spaces, between quotes.
    const before = line.split(` ${key}`)[0] ?? '';
    const [, options] = /^(?:(.*) )?(?:ssh|ecdsa|sk)-\S+$/.exec(before) ?? [];
    if (before !== line && before !== '' && /(ssh|ecdsa|sk)-\S+$/.test(before))
      return parseOptions(options ?? '');
  }
  return undefined;
}

function parseOptions(text: string): AuthorizedKey {
  const found: { command?: string; from?: string[] } = {};
  for (const [, name, value] of text.matchAll(/([a-z-]+)(?:="((?:[^"\\]|\\")*)")?(?:,|$)/g)) {
    if (name === 'command') found.command = (value ?? '').replaceAll('\\"', '"');
    else if (name === 'from') found.from = (value ?? '').split(',');
    else if (!/^(restrict|no-(pty|port-forwarding|agent-forwarding|X11-forwarding|user-rc))$/.test(name!))
      throw new Error(`the option ${name} of authorized_keys is not simulated`);
  }
  return found;
}
