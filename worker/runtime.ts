import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { pino } from 'pino';

/** Sends Temporal's and the workers' own log lines to standard error as JSON; call once, before any connection. */
export function installRuntime(): void {
  const level = process.env['SOCLE_LOG'] ?? 'warn';
  const log = pino({ level, base: null }, pino.destination(2));
  const logger = new DefaultLogger('DEBUG', ({ level: entryLevel, message, meta }) => {
    const write = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
    log[write[entryLevel]](meta ?? {}, message);
  });
  Runtime.install({
    logger,
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
    },
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  });
}
