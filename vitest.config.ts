import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    // Modules hold nothing but keys and counters that no test depends on; loading them for each file takes half the time.
    isolate: false,
    globals: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
