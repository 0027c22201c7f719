import { describe, expect, test } from 'vitest';
import { haproxyConfiguration } from '../../../activities/roles/3-base-infrastructure/load-balancer/haproxy.js';
import { LoadBalancerInputs } from '../../../activities/roles/3-base-infrastructure/load-balancer/inputs.js';
import { keepalivedConfiguration } from '../../../activities/roles/3-base-infrastructure/load-balancer/keepalived.js';
import { example } from '../../unit/load-balancer/fixture.js';

const inputs = LoadBalancerInputs.parse({});

describe.each(['site-100', 'site-1000'])('%s', (name) => {
  test.each(['lb-lan-1', 'lb-integration-1', 'lb-dmz-1', 'lb-dmz-2'])('%s has the golden texts', async (who) => {
    const { site, inventory, machine } = await example(name);
    const haproxy = haproxyConfiguration(site, inventory, machine(who), inputs).text;
    const keepalived = keepalivedConfiguration(site, inventory, machine(who), inputs);
    await expect(haproxy).toMatchFileSnapshot(`${name}/${who}.haproxy.cfg`);
    await expect(keepalived).toMatchFileSnapshot(`${name}/${who}.keepalived.conf`);
  });
});
