import { certificateFacts } from '../../config/certificates/facts.js';
import { certificatesIn } from '../../config/certificates/pem.js';
import type { CertificateReport } from '../../config/certificates/report.js';
import { certificateProblems } from './judge.js';
import { renewalUnits } from './renewal.js';
import { certificatePath, type ServerCertificate } from './server-certificate.js';

/**
 * What is to be told of a machine's certificate.
 * @param printed by `lookScript`
 * @param at where it is served, with the SHA-256 of what that port answers with, undefined when nothing answers; nowhere
 *   when absent
 * @param root PEM of what the chain must end at
 */
export function certificateReport(
  wanted: ServerCertificate,
  {
    printed,
    root,
    at,
  }: { printed: string; root: string; at: { port: number; served: string | undefined } | undefined },
  now: Date,
): CertificateReport {
  const place = certificatePath(wanted.name);
  const [own] = certificatesIn(printed);
  const problems = certificateProblems(wanted, printed, root, now);
  if (own === undefined) return { place, problems };
  const facts = certificateFacts(wanted.name, own);
  const renewal = { timer: lineOf(printed, 'timer'), lastResult: lineOf(printed, 'renewal') };
  const { timer, service } = renewalUnits(wanted.name);
  return {
    place,
    facts,
    renewal,
    problems: [
      ...problems,
      ...(renewal.timer === 'active' ? [] : [`its renewal is not under way: ${timer} is ${renewal.timer}`]),
      ...(renewal.lastResult === 'success'
        ? []
        : [`its last renewal failed (${renewal.lastResult}): journalctl --unit ${service}`]),
      ...(at === undefined ? [] : servedProblems(at.served, facts.fingerprint, at.port, wanted.units)),
    ],
  };
}

function servedProblems(
  served: string | undefined,
  lying: string,
  port: number,
  units: readonly string[],
): string[] {
  if (served === undefined) return [`nothing answers with it on port ${port}`];
  if (served === lying) return [];
  return [`another one is served on port ${port}: systemctl reload-or-restart ${units.join(' ')}`];
}

function lineOf(printed: string, word: string): string {
  return new RegExp(`^${word} (\\S+)$`, 'm').exec(printed)?.[1] ?? 'unknown';
}
