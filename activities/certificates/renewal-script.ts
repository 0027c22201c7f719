import { quote } from '../host/quote.js';
import { placeNew } from './scripts.js';
import { certificateFolder, certificatePath, type ServerCertificate } from './server-certificate.js';

/**
 * Has a certificate signed anew by Vault's intermediate, when a third of its life is left: the machine logs in with the
 * certificate that it has, for a key that is made here. Nothing of it is an argument of a process. What is served is only
 * ever replaced whole, by a certificate that is for the new key.
 * @param vaultUrl of whichever node is active
 * @see https://developer.hashicorp.com/vault/api-docs/auth/cert#login-with-tls-certificate-method
 * @see https://developer.hashicorp.com/vault/api-docs/secret/pki#sign-certificate
 */
export function renewalScript(
  wanted: ServerCertificate,
  { vaultUrl, folder = certificateFolder }: { vaultUrl: string; folder?: string },
): string {
  const { name, names, addresses } = wanted;
  const commonName = names[0] ?? name;
  const request = { common_name: commonName, alt_names: names.join(), ip_sans: addresses.join() };
  return `# Written by Socle.
set -eu
umask 077
file=${quote(certificatePath(name, folder))}
new="$file.renewed" work="$file.renewing"
seconds() { date -d "$(openssl x509 -in "$file" -noout "-$1" | cut -d = -f 2)" +%s; }
begin=$(seconds startdate)
end=$(seconds enddate)
if [ $(((end - $(date +%s)) * 3)) -gt $((end - begin)) ]; then exit 0; fi

rm -rf "$work" "$new"
mkdir "$work"
trap 'rm -rf "$work" "$new"' EXIT
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key"
openssl req -new -key "$work/key" -subj ${quote(`/CN=${name}`)} -out "$work/csr"
ask() {
  curl --silent --show-error --fail --max-time 60 --header 'Content-Type: application/json' --config "$work/token" \\
    --cert "$file" --data "@$work/request" --output "$work/answer" ${quote(vaultUrl)}"/v1/$1"
}
text() { sed -n "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p" "$work/answer"; }

: >"$work/token"
echo '{}' >"$work/request"
ask auth/cert/login
printf 'header = "X-Vault-Token: %s"\\n' "$(text client_token)" >"$work/token"
{
  printf '{"csr":"'
  awk '{ printf "%s\\\\n", $0 }' "$work/csr"
  printf '",%s}' ${quote(JSON.stringify(request).slice(1, -1))}
} >"$work/request"
ask ${quote(`pki/sign/${commonName}`)}
{
  cat "$work/key"
  text certificate | sed 's/\\\\n/\\n/g'
  sed -n 's/.*"ca_chain":\\["\\([^]]*\\)"\\].*/\\1/p' "$work/answer" | sed 's/","/\\n/g; s/\\\\n/\\n/g'
} >"$new"
next="$work/key"
${placeNew(wanted)}`;
}
