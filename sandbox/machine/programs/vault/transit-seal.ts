import type { VaultNode } from './node.js';
import { Refusal } from './refusal.js';

const answerMs = 5_000;

/** The root key as the other Vault encrypts it. @throws Refusal 500 when it does not */
export async function transitEncrypt(node: VaultNode, root: Buffer): Promise<string> {
  const { ciphertext } = await asked(node, 'encrypt', { plaintext: root.toString('base64') });
  return ciphertext!;
}

/** @throws Refusal 500 when the other Vault does not open it */
export async function transitDecrypt(node: VaultNode, closed: string): Promise<Buffer> {
  const { plaintext } = await asked(node, 'decrypt', { ciphertext: closed });
  return Buffer.from(plaintext!, 'base64');
}

async function asked(
  { settings: { transit }, peers, token }: VaultNode,
  what: 'encrypt' | 'decrypt',
  body: Record<string, string>,
): Promise<Record<string, string>> {
  if (transit === undefined) throw new Refusal(500, 'no seal is configured that opens this Vault');
  const url = `${transit.url}/v1/${transit.mount}/${what}/${transit.key}`;
  const headers = { 'x-vault-token': token, 'x-vault-request': 'true' };
  const answer = await peers
    .ask({ method: 'POST', url, ca: transit.ca, headers, body, timeoutMs: answerMs })
    .catch((error: Error) => error);
  if (answer instanceof Error) throw new Refusal(500, `error performing transit ${what}: ${answer.message}`);
  if (answer.status !== 200) throw new Refusal(500, `error performing transit ${what}: ${answer.status}`);
  return (JSON.parse(answer.body.toString()) as { data: Record<string, string> }).data;
}
