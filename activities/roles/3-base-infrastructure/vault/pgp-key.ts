/**
 * A public PGP key as Vault takes it: binary in base64, which is what stands inside its ASCII armour, without the
 * checksum.
 * @throws Error when the text is no armoured public key
 * @see https://www.rfc-editor.org/rfc/rfc9580#section-6.2
 */
export function pgpKeyForVault(armoured: string): string {
  const lines = armoured.split(/\r?\n/).map((line) => line.trim());
  const begin = lines.indexOf('-----BEGIN PGP PUBLIC KEY BLOCK-----');
  const end = lines.indexOf('-----END PGP PUBLIC KEY BLOCK-----');
  // An empty line ends the armour's own headers.
  const empty = lines.indexOf('', begin);
  if (begin < 0 || end < begin || empty < 0 || empty > end)
    throw new Error(
      'there is no public PGP key in ASCII armour. Export it with gpg --armor --export FINGERPRINT',
    );
  const body = lines.slice(empty + 1, end).filter((line) => !line.startsWith('='));
  return body.join('');
}
