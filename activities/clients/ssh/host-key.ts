import { createHash } from 'node:crypto';
import { PermanentError } from '../../errors.js';
import { targetName, type SshTarget } from './target.js';

/** Whether the key blob that a host shows is one of the target's; base64 so that comments play no part. */
export function isExpectedKey(target: SshTarget, shown: string): boolean {
  return target.hostKeys.some((line) => line.split(/\s+/)[1] === shown);
}

/** `SHA256:…` as OpenSSH prints it. */
export function fingerprint(base64: string): string {
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** The error for a host that shows another key: says both and what to do about it. */
export function wrongHostKey(target: SshTarget, shown: string): PermanentError {
  const expected = target.hostKeys.map((line) => fingerprint(line.split(/\s+/)[1] ?? ''));
  return new PermanentError(
    `${targetName(target)} shows the host key ${fingerprint(shown)}, expected ${expected.join(' or ')}. ` +
      'Another machine may have this address, or this one was rebuilt outside Socle. Find out which: ' +
      'compare with "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" on its console. ' +
      'If it was rebuilt, remove it and deploy again.',
  );
}
