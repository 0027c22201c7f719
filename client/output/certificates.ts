import type { CertificateFacts } from '../../config/certificates/facts.js';
import type { SeenCertificate } from '../run/seen-certificates.js';
import { count, hanging, paint } from './text.js';

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

/** What a person sees of the certificates that machines answer with: a line each, and below it what needs somebody. */
export function seenCertificateLines(seen: readonly SeenCertificate[], now: Date): string[] {
  const machines = Math.max(...seen.map(({ target }) => target.length));
  const faulty = seen.filter(({ problems }) => problems.length > 0);
  return [
    ...seen.flatMap((one) => [
      `  ${one.target.padEnd(machines)}  ${one.facts?.title ?? one.place}  ${validOf(one, now)}`,
      ...(one.facts === undefined
        ? []
        : [
            // An authority is for nobody.
            ...(one.facts.names.length === 0 ? [] : hanging('    for     ', one.facts.names.join(', '), 80)),
            `    by      ${one.facts.issuer}`,
          ]),
      ...(one.renewal === undefined
        ? []
        : [`    renewal timer ${one.renewal.timer}, last result ${one.renewal.lastResult}`]),
      ...one.problems.flatMap((problem) => hanging('    ! ', problem, 80).map((line) => paint.yellow(line))),
    ]),
    '',
    faulty.length === 0
      ? `${count(seen.length, 'certificate')}, none needs anybody.`
      : `${faulty.length} of ${count(seen.length, 'certificate')} ${faulty.length === 1 ? 'needs' : 'need'} somebody.`,
  ];
}

function validOf({ facts }: SeenCertificate, now: Date): string {
  return facts === undefined ? '' : `valid to ${day(facts.validTo)}, ${alertOf(facts, now)}`;
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
