import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], options: Record<string, unknown> = {}) => ({
  test: { name, include, pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 30_000, ...options },
});

/** Unit and golden tests need no network; every other project starts real servers and says so by its name. */
export default defineConfig({
  test: {
    projects: [
      // Pure functions share one process per core: to load the modules once costs a third of loading them per file.
      project('unit', ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts'], { isolate: false }),
      project('workflow', ['test/workflow/**/*.test.ts', 'test/replay/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        globalSetup: ['test/temporal-server.ts'],
        // What the SDK warns of is provoked here on purpose; `SOCLE_LOG=warn` shows it again.
        env: { SOCLE_LOG: process.env['SOCLE_LOG'] ?? 'fatal' },
      }),
      project('contract', ['test/contract/**/*.test.ts'], { testTimeout: 60_000, hookTimeout: 180_000 }),
      project('end-to-end', ['test/end-to-end/**/*.test.ts'], {
        testTimeout: 600_000,
        hookTimeout: 180_000,
        fileParallelism: false,
      }),
      project('laboratory', ['test/laboratory/**/*.test.ts'], {
        testTimeout: 300_000,
        hookTimeout: 400_000,
        fileParallelism: false,
      }),
      project('chaos', ['test/chaos/**/*.test.ts'], {
        testTimeout: 1_800_000,
        hookTimeout: 180_000,
        fileParallelism: false,
      }),
    ],
  },
});
