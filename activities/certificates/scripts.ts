import { quote } from '../host/quote.js';
import { certificateFolder, certificatePath, type ServerCertificate } from './server-certificate.js';

/** Prints mode and owner, the public half of the private key, and the certificates; nothing when there is no file. */
export function readScript(name: string, folder = certificateFolder): string {
  return `main() {
file=${quote(certificatePath(name, folder))}
if [ ! -f "$file" ]; then return 0; fi
stat -c 'attributes %a %U:%G' "$file"
openssl pkey -in "$file" -pubout 2>/dev/null || :
sed -n '/^-----BEGIN CERTIFICATE-----$/,/^-----END CERTIFICATE-----$/p' "$file"
}
main </dev/null
`;
}

/**
 * Prints a request signed by the key of the next certificate, which is made here and never leaves the machine. A repeated
 * call finds the key of the one before. It bears the short name, because a common name has 64 characters at most and of a
 * request nothing but its key is used.
 */
export function requestScript({ name }: ServerCertificate, folder = certificateFolder): string {
  return `main() {
mkdir -p ${quote(folder)}
next=${quote(`${certificatePath(name, folder)}.key`)}
if ! openssl pkey -in "$next" -noout 2>/dev/null; then
  (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$next")
fi
openssl req -new -key "$next" -subj ${quote(`/CN=${name}`)}
}
set -eu
main </dev/null
`;
}

/**
 * Puts the next key and this chain in place, in one rename, and has the units that run read it. The chain is for that key
 * or nothing is changed: two attempts that overlap may both have asked.
 */
export function installScript(wanted: ServerCertificate, chain: string, folder = certificateFolder): string {
  return `main() {
file=${quote(certificatePath(wanted.name, folder))}
next="$file.key" new="$file.new"
rm -f "$new"
(umask 077 && cat "$next" - >"$new") <<'END'
${chain.trimEnd()}
END
${placeNew(wanted)}}
set -eu
main
`;
}

/** Puts `$new`, which begins with the key in `$next`, in the place of `$file`, when its certificate is for that key. */
export function placeNew({ group = 'root', units }: ServerCertificate): string {
  return `if [ "$(openssl x509 -in "$new" -noout -pubkey)" != "$(openssl pkey -in "$new" -pubout)" ]; then
  rm -f "$new"
  echo 'the certificate is for the key of another attempt' >&2
  exit 1
fi
chown ${quote(`root:${group}`)} "$new"
chmod 0640 "$new"
mv -f "$new" "$file"
rm -f "$next"
sync -f "$file"
for unit in ${units.map(quote).join(' ')}; do
  if systemctl is-active --quiet "$unit"; then systemctl reload-or-restart "$unit"; fi
done
`;
}
