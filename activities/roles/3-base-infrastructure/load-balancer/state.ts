import type { Machine } from '../../../../config/machine.js';
import type { Site } from '../../../../config/site.js';
import { machineCertificate } from '../../../certificates/machine-certificate.js';
import { certificateRenewal } from '../../../certificates/renewal.js';
import type { ServerCertificate } from '../../../certificates/server-certificate.js';
import { command } from '../../../host/command.js';
import { file } from '../../../host/file.js';
import { packages } from '../../../host/packages.js';
import { quote } from '../../../host/quote.js';
import { reload, rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import type { StepContext } from '../../../role.js';
import { freeAddresses } from './free-addresses.js';
import { haproxyConfiguration, statisticsLogin } from './haproxy.js';
import { inForce } from './in-force.js';
import { LoadBalancerInputs } from './inputs.js';
import { checkScript, keepalivedConfiguration } from './keepalived.js';
import { paths } from './paths.js';

export const programs = ['haproxy', 'keepalived'] as const;

export function loadBalancerPackages(): Resource[] {
  return [packages(programs)];
}

/** What the statistics are served with. */
export function statisticsCertificate(
  context: Pick<StepContext, 'site' | 'plan' | 'machine'>,
): ServerCertificate {
  return machineCertificate(context, { units: ['haproxy.service'] });
}

/**
 * HAProxy first, so that the machine can serve before keepalived says that it does. Nothing of either is put in place that
 * the program itself would refuse.
 */
export function loadBalancerState(context: StepContext): Resource[] {
  const { site, plan, machine, inputs, secrets } = context;
  const options = LoadBalancerInputs.parse(inputs);
  const { text, fingerprint } = haproxyConfiguration(site, plan, machine, options);
  const reread = [reload('keepalived.service')];
  return [
    allowedToConnect,
    file({
      path: paths.statisticsLogin,
      content: statisticsLogin(secrets.statisticsPassword()),
      mode: '0600',
      secret: true,
      notify: [reload('haproxy.service')],
    }),
    file({ path: paths.haproxy, content: text, validate: 'haproxy -c -q -f "$new" >&2' }),
    service({ unit: 'haproxy.service', boot: 'enabled', now: 'running' }),
    inForce(fingerprint),
    file({ path: paths.checkScript, content: checkScript, mode: '0755', notify: reread }),
    ...freeAddresses(
      plan.virtualAddresses.filter(({ group }) => group === machine.group),
      plan.machines.flatMap(({ group, name, address }) =>
        group === machine.group && name !== machine.name ? [address] : [],
      ),
    ),
    ...card(site, machine, reread),
    file({
      path: paths.keepalived,
      content: keepalivedConfiguration(site, plan, machine, options),
      validate: 'keepalived -t -f "$new" >&2',
      notify: reread,
    }),
    file({ path: paths.keepalivedUnit, content: alwaysRestarted, notify: [rereadUnits] }),
    service({ unit: 'keepalived.service', boot: 'enabled', now: 'running' }),
    ...certificateRenewal(site, plan, statisticsCertificate(context)),
  ];
}

/**
 * Debian starts a keepalived that was killed no more. What is left of a killed one may pass for alive for a moment: the
 * new one then says that it is already running and ends with success, so it is tried again however it ended.
 */
const alwaysRestarted = `# Written by Socle.
[Unit]
StartLimitIntervalSec=0

[Service]
Restart=always
RestartSec=1
`;

/** SELinux lets HAProxy connect to the ports of web servers alone. */
const allowedToConnect = command({
  title: 'SELinux lets HAProxy connect',
  unless: '! command -v getsebool || getsebool haproxy_connect_any | grep -q "on$"',
  run: 'setsebool -P haproxy_connect_any on',
  reason: 'haproxy_connect_any is off',
});

/** Where the site file does not name the zone's card: the one that has the machine's own address. */
function card(site: Site, machine: Machine, notify: Resource['notify']): Resource[] {
  if (site.zones[machine.zone].interface !== undefined) return [];
  const found = `ip -o -4 addr show | sed -n 's/^[0-9]*: *\\([^ ]*\\) .* ${machine.address}\\/.*/$CARD=\\1/p' | head -n 1`;
  return [
    command({
      title: `card of ${machine.address}`,
      unless: `[ "$(cat ${quote(paths.card)})" = "$(${found})" ]`,
      run: `${found} >${quote(paths.card)}`,
      reason: `${paths.card}: names another card`,
      notify,
    }),
  ];
}
