// Owns how the window looks and reads with a living workspace: pictures of the main views in light and dark and in three
// languages, for people to look at, and axe over each of them (WCAG 2.2 A and AA).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { buildDemo } from '../server/demo/history.ts'
import { createServer, type Server } from '../server/server.ts'
import { type Desktop, hostOf, startDesktop } from './desktop.ts'

let dir: string
let server: Server
let desktop: Desktop

test.beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-look-'))
  const demo = buildDemo({ nowMs: Date.now(), seed: 7 })
  server = await createServer({ dataDir: join(dir, 'server'), workspaceName: demo.workspaceName })
  const imported = server.importHistory(demo)
  if (!imported.ok) throw new Error(imported.error.message)
  const code = server.admin.createEnrolment({ user: demo.staff[0] } as never) as { ok: true; value: { code: string } }
  desktop = await startDesktop(hostOf(test.info().project.name), {
    profileDir: join(dir, 'desktop'),
    serverUrl: server.url,
    enrolCode: code.value.code,
  })
})

test.afterEach(async () => {
  await desktop.kill().catch(() => undefined)
  await server.close()
  rmSync(dir, { recursive: true, force: true })
})

async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: test.info().outputPath(`${name}.png`), animations: 'disabled' })
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze()
  expect(violations.map(({ id, nodes }) => `${name}: ${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([])
}

test('[END2] the main views are readable in light and dark, in English and both Chinese', async () => {
  const { page } = desktop
  const settings = (change: Record<string, string>) =>
    page.evaluate((asked) => {
      const api = Reflect.get(window, 'causeway') as { call(name: string, args: unknown): Promise<{ ok: boolean }> }
      return api.call('setSettings', asked)
    }, change)
  await expect(page.getByTestId('session-state')).toHaveAttribute('data-state', 'live')
  await page.getByTestId('conversation-row').nth(4).click()
  await expect(page.getByTestId('message').first()).toBeVisible()
  for (const [theme, language] of [
    ['light', 'en'],
    ['dark', 'zh-Hant-HK'],
    ['light', 'zh-Hans'],
  ] as const) {
    expect(await settings({ theme, language })).toMatchObject({ ok: true })
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    await page.getByTestId('rail-conversations').click()
    await look(page, `conversation-${theme}-${language}`)
    await page.getByTestId('details-toggle').click()
    await expect(page.getByTestId('member').first()).toBeVisible()
    await look(page, `details-${theme}-${language}`)
    await page.getByTestId('details-close').click()
    await page.getByTestId('rail-search').click()
    await page.getByTestId('search-box').fill('盤點')
    await expect(page.getByTestId('search-hit').first()).toBeVisible()
    await look(page, `search-${theme}-${language}`)
    await page.getByTestId('rail-people').click()
    await expect(page.getByTestId('person-row').first()).toBeVisible()
    await look(page, `people-${theme}-${language}`)
  }
})
