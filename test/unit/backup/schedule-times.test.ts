import { expect, test } from 'vitest';
import { cronPattern } from '../../../config/site/cron.js';

test.each(['0 2 * * *', '*/15 * * * *', '30 4,16 1-15 JAN-MAR MON-FRI', '5 0 * 12 7', '00 02 01 06 0'])(
  '%s is a schedule',
  (schedule) => expect(schedule).toMatch(cronPattern),
);

test.each([
  '60 2 * * *',
  '0 24 * * *',
  '0 2 32 * *',
  '0 2 * 13 *',
  '0 2 * * 8',
  '0 2 * *',
  '@daily',
  '*/0 * * * *',
  '0 2 * * monday',
])('%s is none', (schedule) => expect(schedule).not.toMatch(cronPattern));
