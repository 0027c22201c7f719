import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Client, Connection } from '@temporalio/client';
import { refuseShortRetention } from '../../client/run/retention.js';

const day = 86_400;
let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
});
afterAll(() => connection.close());

const check = (namespace: string): Promise<void> =>
  refuseShortRetention({
    client: new Client({ connection, namespace }),
    namespace,
    address: '',
    close: async () => undefined,
  });

test('the server that Socle starts keeps finished runs for a year', async () => {
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(365 * day);
  await check('default');
});

test("somebody else's namespace that forgets runs within 30 days is refused with what to type, and left alone", async () => {
  await connection.workflowService.registerNamespace({
    namespace: 'forgetful',
    workflowExecutionRetentionPeriod: { seconds: (3 * day) as never },
  });
  await expect(check('forgetful')).rejects.toThrow(
    'temporal operator namespace update --namespace forgetful --retention 365d',
  );
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'forgetful' });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(3 * day);
});
