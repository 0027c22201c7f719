import type { Json } from '../../config/json.js';
import { hostOf } from '../host/host-of.js';
import type { Step, StepContext } from '../role.js';
import { certificateReport } from './certificate-report.js';
import { lookScript } from './look-script.js';
import type { ServerCertificate } from './server-certificate.js';
import { servedCertificate } from './served-certificate.js';
import { siteAuthority } from './site-authority.js';

/**
 * The operation `certificates` of a role: what lies on each of its machines and what is served there, in one look.
 * @param serves false for a machine that stands by and answers nobody; all serve when absent
 */
export function certificatesLook(
  certificate: (context: StepContext) => ServerCertificate,
  port: number,
  serves: (context: StepContext) => Promise<boolean> = async () => true,
): { title: string; steps: Step[] } {
  const look = lookStep({
    id: 'look',
    title: 'look at its certificate',
    on: 'each',
    look: async (context) => {
      const wanted = certificate(context);
      const { machine, secrets, signal } = context;
      const [{ root }, host] = await Promise.all([siteAuthority(context), hostOf(context, machine)]);
      const [{ stdout }, answers] = await Promise.all([
        host.run(lookScript(wanted.name), { signal, redact: secrets.redact, label: 'look at a certificate' }),
        serves(context),
      ]);
      const at = answers
        ? { port, served: await servedCertificate(machine.address, port, signal) }
        : undefined;
      return certificateReport(wanted, { printed: stdout, root, at }, new Date());
    },
  });
  return { title: 'Look at the certificates of its machines', steps: [look] };
}

/** A step that only looks, and answers what it saw. */
export function lookStep({
  look,
  ...declaration
}: Pick<Step, 'id' | 'title' | 'on'> & { look: (context: StepContext) => Promise<Json> }): Step {
  return {
    ...declaration,
    profile: 'host',
    check: async (context) => ({ state: 'done', result: await look(context) }),
    apply: async () => {
      throw new Error(`${declaration.id} has nothing to apply`);
    },
  };
}
