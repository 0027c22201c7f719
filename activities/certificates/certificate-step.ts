import type { StepDeclaration } from '../../config/declaration.js';
import type { Json } from '../../config/json.js';
import { hostOf } from '../host/host-of.js';
import { done, todo, type CheckResult, type Step, type StepContext } from '../role.js';
import { certificateProblems } from './judge.js';
import { installScript, readScript, requestScript } from './scripts.js';
import { siteAuthority } from './site-authority.js';
import { certificatePath, type ServerCertificate } from './server-certificate.js';

const yearMs = 365 * 86_400_000;
/** A machine whose clock is a little behind accepts it all the same. */
const earlierMs = 5 * 60_000;

/**
 * A step that gives a machine a certificate of the platform's authority: the key is made on the machine and stays there,
 * only its signing request is read.
 */
export function certificateStep<Inputs extends Json>(
  step: Omit<StepDeclaration, 'on' | 'profile'> & {
    certificate: (context: StepContext<Inputs>) => ServerCertificate;
  },
): Step<Inputs> {
  const { certificate, ...declaration } = step;
  return {
    on: 'each',
    profile: 'host',
    ...declaration,
    check: async (context) => check(context, certificate(context)),
    apply: async (context) => {
      const wanted = certificate(context);
      const { signal, secrets, progress } = context;
      const { readRequest } = await import('../../config/certificates/x509.js');
      const [authority, host] = await Promise.all([siteAuthority(context), hostOf(context, context.machine)]);
      progress(`signing request of ${wanted.name}`);
      const options = { signal, redact: secrets.redact };
      const { stdout } = await host.run(requestScript(wanted), {
        ...options,
        label: 'make a signing request',
      });
      const now = Date.now();
      const own = authority.sign({
        subject: { commonName: wanted.names[0] ?? wanted.name, organization: context.site.domain },
        publicKey: readRequest(stdout).publicKey,
        use: { kind: 'server', names: wanted.names, addresses: wanted.addresses },
        notBefore: new Date(now - earlierMs),
        notAfter: new Date(now + yearMs),
      });
      progress(`certificate of ${wanted.name}`);
      await host.run(installScript(wanted, own + authority.above), {
        ...options,
        label: 'install a certificate',
      });
      return [`${certificatePath(wanted.name)}: signed for ${wanted.names.join(', ')}`];
    },
  };
}

async function check<Inputs extends Json>(
  context: StepContext<Inputs>,
  wanted: ServerCertificate,
): Promise<CheckResult> {
  const { signal, secrets } = context;
  const [{ root }, host] = await Promise.all([siteAuthority(context), hostOf(context, context.machine)]);
  const { stdout } = await host.run(readScript(wanted.name), {
    signal,
    redact: secrets.redact,
    label: 'read a certificate',
  });
  const problems = certificateProblems(wanted, stdout, root, new Date());
  if (problems.length === 0) return done;
  const path = certificatePath(wanted.name);
  return todo(
    `${path} ${problems.join('; ')}`,
    problems.map((problem) => `${path}: ${problem}`),
  );
}
