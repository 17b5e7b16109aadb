// Owns how unit tests run: the suffix names the environment. `*.test.ts` runs in Node, `*.test.tsx` in a page;
// `*.long.test.ts` takes many seconds by its nature (kills, whole profiles) and is left to `npm test`.
// Always holds: a test lies beside the code it tests. End-to-end specs (`*.e2e.ts`) belong to playwright.config.ts.

import { defineConfig } from 'vitest/config'

/** A net for what hangs, not a measure: on a shared machine a second of work has taken a minute. Tests do not set their own. */
const testTimeout = 120_000

export default defineConfig({
  test: {
    passWithNoTests: true,
    // Left to itself it uses half of a small machine's cores.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          testTimeout,
          hookTimeout: testTimeout,
          include: ['{shared,main,server,admin,testing,preload,renderer,bench,build}/**/*.test.ts'],
          exclude: ['bench/peers/**', '**/*.long.test.ts'],
        },
      },
      {
        test: {
          name: 'long',
          environment: 'node',
          testTimeout,
          hookTimeout: testTimeout,
          include: ['{main,server,testing}/**/*.long.test.ts'],
        },
      },
      {
        test: {
          name: 'page',
          environment: 'happy-dom',
          testTimeout,
          hookTimeout: testTimeout,
          include: ['renderer/**/*.test.tsx'],
        },
      },
    ],
  },
})
