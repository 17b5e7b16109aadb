// Owns how the end-to-end specs run: the same files once on each host that this machine has.
// Always holds: a project's name is its host's (`electron`, `chromium`); build/test.ts names the hosts and their programs
// in the environment (CAUSEWAY_E2E_HOSTS, CAUSEWAY_ELECTRON, CAUSEWAY_CHROMIUM). A flaky test is a failing one.

import { defineConfig } from 'playwright/test'

const minuteMs = 60_000
/** What does not happen within this does not happen. */
const waitMs = 45_000
const hosts = (process.env.CAUSEWAY_E2E_HOSTS ?? 'chromium').split(',').filter((host) => host !== '')

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.e2e.ts',
  outputDir: 'test-results',
  forbidOnly: true,
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 6 * minuteMs,
  globalTimeout: 20 * minuteMs,
  expect: { timeout: waitMs },
  use: { actionTimeout: waitMs },
  projects: hosts.map((name) => ({ name })),
})
