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

/** Theme and language of the window, as its user would choose them; they may be chosen on a locked screen too. */
async function choose(page: Page, change: { readonly theme: string; readonly language: string }): Promise<void> {
  const answer = await page.evaluate((asked) => {
    const api = Reflect.get(window, 'causeway') as { call(name: string, args: unknown): Promise<{ ok: boolean }> }
    return api.call('setSettings', asked)
  }, change)
  expect(answer).toMatchObject({ ok: true })
  await expect(page.locator('html')).toHaveAttribute('lang', change.language)
}

const appearances = [
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'zh-Hant-HK' },
  { theme: 'light', language: 'zh-Hans' },
] as const

test('[END2] the main views are readable in light and dark, in English and both Chinese', async () => {
  const { page } = desktop
  await expect(page.getByTestId('session-state')).toHaveAttribute('data-state', 'live')
  await page.getByTestId('conversation-row').nth(4).click()
  await expect(page.getByTestId('message').first()).toBeVisible()
  for (const { theme, language } of appearances) {
    await choose(page, { theme, language })
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
    // Files by name, and the conversation that has them, with what was edited and deleted near by.
    await page.getByTestId('search-box').fill('has:file 茶杯')
    await page.getByTestId('search-hit').filter({ hasText: '拆咗' }).click()
    await expect(page.getByTestId('file-chip').first()).toBeVisible()
    await look(page, `files-${theme}-${language}`)
    await page.getByTestId('rail-people').click()
    await expect(page.getByTestId('person-row').first()).toBeVisible()
    await look(page, `people-${theme}-${language}`)
  }
})

test('[END2] so are a search with filters, the app lock in the settings, and the locked app', async () => {
  const { page } = desktop
  await expect(page.getByTestId('session-state')).toHaveAttribute('data-state', 'live')
  await page.getByTestId('conversation-row').nth(4).click()
  const name = (await page.getByTestId('conversation-name').textContent()) ?? ''
  for (const { theme, language } of appearances) {
    await choose(page, { theme, language })
    await page.getByTestId('rail-search').click()
    await page.getByTestId('search-box').fill('')
    await expect(page.getByTestId('search-filter')).toHaveCount(5)
    await look(page, `search-start-${theme}-${language}`)
    await page.getByTestId('search-box').fill('盤點 after:2000')
    await expect(page.getByTestId('search-token')).toHaveAttribute('data-filter', 'after')
    await expect(page.getByTestId('search-hit').first()).toBeVisible()
    await look(page, `search-filters-${theme}-${language}`)
    await page.getByTestId('search-box').fill('盤點 before:soon')
    await expect(page.getByTestId('search-problem')).toHaveAttribute('data-filter', 'before')
    await look(page, `search-problem-${theme}-${language}`)
  }
  await page.getByTestId('rail-conversations').click()
  await page.getByTestId('composer').fill('half a thought')

  await page.getByTestId('settings-open').click()
  await page.getByTestId('app-lock-set').click()
  await page.getByTestId('passphrase-next').fill('harbour lantern')
  await page.getByTestId('passphrase-repeat').fill('harbour lantern')
  await look(page, 'app-lock-set')
  await page.getByTestId('passphrase-save').click()
  await expect(page.getByTestId('app-lock-now')).toBeVisible()
  await look(page, 'app-lock-on')
  await page.getByTestId('settings-close').click()

  await page.getByTestId('lock-now').click()
  await expect(page.getByTestId('app-lock-screen')).toBeVisible()
  for (const content of [name, 'half a thought']) expect(await page.content()).not.toContain(content)
  await page.getByTestId('unlock-passphrase').fill('not it')
  await page.getByTestId('unlock-passphrase').press('Enter')
  await expect(page.getByTestId('unlock-passphrase-error')).toHaveAttribute('data-code', 'passphrase-wrong')
  for (const { theme, language } of appearances) {
    await choose(page, { theme, language })
    await look(page, `app-locked-${theme}-${language}`)
  }
  await page.getByTestId('unlock-passphrase').fill('harbour lantern')
  await page.getByTestId('unlock-passphrase').press('Enter')
  await expect(page.getByTestId('conversation-name')).toHaveText(name)
  await expect(page.getByTestId('composer')).toHaveValue('half a thought')
})
