import { createHash } from 'node:crypto';
import { PermanentError } from '../../errors.js';

/** The SHA-256 of some bytes as registries write it. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** True for a digest, false for a tag. */
export function isDigest(reference: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(reference);
}

/** @throws PermanentError when what was received is not what was asked for: the source holds other bytes under this digest */
export function requireDigest(received: string, expected: string, from: string): void {
  if (received === expected) return;
  throw new PermanentError(
    `${from} gave ${received} for ${expected}. What it holds is damaged: have it stored there anew`,
  );
}
