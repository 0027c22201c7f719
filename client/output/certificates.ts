import type { CertificateFacts } from '../../config/certificates/facts.js';

/** What a person sees of certificates: what each is, until when it is valid, and what to do about it. */
export function certificateLines(site: string, all: readonly CertificateFacts[], now: Date): string[] {
  return [
    `Certificates of ${site}`,
    ...all.flatMap((one) => [
      '',
      `  ${one.title}`,
      `    ${one.subject}`,
      `    valid ${day(one.validFrom)} to ${day(one.validTo)}, ${alertOf(one, now)}`,
      `    SHA-256 ${one.fingerprint.slice(0, 47)}`,
      `            ${one.fingerprint.slice(48)}`,
    ]),
  ];
}

const dayMs = 86_400_000;

function alertOf({ validTo, renewAt }: CertificateFacts, now: Date): string {
  const left = Math.floor((Date.parse(validTo) - now.getTime()) / dayMs);
  if (left < 0) return `EXPIRED ${-left} days ago`;
  if (now >= new Date(renewAt)) return `! ${left} days left, to be renewed since ${day(renewAt)}`;
  return `${left.toLocaleString('en')} days left`;
}

function day(time: string): string {
  return time.slice(0, 10);
}
