import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';

export type SigningKey = {
  /** Binary keyring, as apt reads it. */
  publicKeyFile: string;
  sign: (file: string, signedFile: string) => Promise<void>;
  /** Nothing is signed with it later, so it is not kept. */
  forget: () => Promise<void>;
};

/** A key for one mirror, made in a folder that does not outlive `forget`. */
export async function signingKey(folder: string): Promise<SigningKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const gpg = [
    'gpg',
    '--homedir',
    folder,
    '--batch',
    '--no-tty',
    '--quiet',
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    '',
  ];
  await run([...gpg, '--quick-generate-key', 'Mirror of the laboratory', 'ed25519', 'sign', 'never']);
  const publicKeyFile = join(folder, 'public.gpg');
  await run([...gpg, '--output', publicKeyFile, '--export']);
  return {
    publicKeyFile,
    sign: async (file, signedFile) =>
      void (await run([...gpg, '--output', signedFile, '--clear-sign', file])),
    forget: async () => {
      // gpg has left an agent running for this folder.
      await run(['gpgconf', '--homedir', folder, '--kill', 'all']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
