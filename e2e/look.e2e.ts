// Owns how the window looks and reads with a living workspace: pictures of the main views in light and dark and in three
// languages, for people to look at, and axe over each of them (WCAG 2.2 A and AA).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { bringDemo } from '../server/demo/bring.ts'
import { buildDemo } from '../server/demo/history.ts'
import { createServer, type Server } from '../server/server.ts'
import type { ConversationId } from '../shared/model.ts'
import { type Desktop, hostOf, pictureAll, startDesktop } from './desktop.ts'
import { type Line, openLine } from './line.ts'
import { act, chooseNew, hand, isLive, messages, open, react, say } from './window.ts'

let dir: string
let server: Server
let line: Line
let desktop: Desktop

test.beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-look-'))
  const demo = buildDemo({ nowMs: Date.now(), seed: 7 })
  line = await openLine()
  server = await createServer({
    dataDir: join(dir, 'server'),
    workspaceName: demo.workspaceName,
    publicOrigins: [line.url],
  })
  line.lead(server.url)
  const brought = await bringDemo(server, demo)
  if (!brought.ok) throw new Error(brought.error.message)
  const code = server.admin.createEnrolment({ user: demo.staff[0] })
  if (!code.ok) throw new Error(code.error.message)
  desktop = await startDesktop(hostOf(test.info().project.name), {
    profileDir: join(dir, 'desktop'),
    serverUrl: line.url,
    enrolCode: code.value.code,
  })
})

test.afterEach(async () => {
  const info = test.info()
  if (info.status !== info.expectedStatus) await pictureAll([desktop], info)
  await desktop.kill().catch(() => undefined)
  await line.close()
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

const query = [
  '對數用呢句，**唔好**喺正式庫行：',
  '```sql',
  'SELECT tier, count(*) FROM member -- 會員等級',
  'WHERE moved_at IS NULL GROUP BY tier;',
  '```',
  '- dry run first',
  '- then `--commit`, with [the notes](https://intranet.example/crm)',
].join('\n')
/** The looks that each view is pictured in where two are enough. */
const [english, chinese] = appearances

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
    await expect(page.getByTestId('picture').first()).toBeVisible()
    await look(page, `files-${theme}-${language}`)
    await page.getByTestId('rail-people').click()
    await expect(page.getByTestId('person-row').first()).toBeVisible()
    await look(page, `people-${theme}-${language}`)
  }
})

test('[END2] so are a search with filters, the app lock in the settings, and the locked app', async () => {
  const { page } = desktop
  await expect(page.getByTestId('session-state')).toHaveAttribute('data-state', 'live')
  const name = '沙田店 店務'
  await open(page, name)
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

test('[END2] so are threads, what is done with messages, uploads, and what waits or was refused offline', async () => {
  const { page } = desktop
  await isLive(page)
  const inBoth = async (name: string, looks: readonly (typeof appearances)[number][] = [chinese, english]) => {
    for (const { theme, language } of looks) {
      await choose(page, { theme, language })
      await look(page, `${name}-${theme}-${language}`)
    }
  }

  await open(page, 'POS 更換小組')
  await react(page.getByTestId('message').last(), '👍')
  await page.getByTestId('composer').focus()
  await inBoth('busy')
  await page.getByTestId('thread-chip').last().click()
  await expect(page.getByTestId('thread').getByTestId('message')).not.toHaveCount(0)
  await inBoth('thread')
  await page.getByTestId('thread-close').click()
  await page.getByTestId('details-toggle').click()
  await expect(page.getByTestId('member').first()).toBeVisible()
  await inBoth('members')
  await page.getByTestId('details-close').click()
  await page.getByTestId('jump-latest').click()
  await page.getByTestId('composer').fill('@')
  await expect(page.getByTestId('mention-option').first()).toBeVisible()
  await inBoth('mentioning', [chinese])
  await page.getByTestId('composer').fill('')
  await act(page.getByTestId('message').last(), 'react')
  await expect(page.getByTestId('emoji').first()).toBeVisible()
  await inBoth('emoji', [chinese])
  await page.keyboard.press('Escape')
  await act(page.getByTestId('message').last(), 'forward')
  await expect(page.getByTestId('forward-row').first()).toBeVisible()
  await inBoth('forwarding', [chinese])
  await page.keyboard.press('Escape')

  await open(page, 'it-helpdesk')
  await page.getByTestId('composer').fill(query)
  await page.getByTestId('send').click()
  await expect(page.getByTestId('code-copy').last()).toBeVisible()
  await inBoth('code')

  for (const dialog of ['new-channel', 'new-group', 'browse'] as const) {
    await chooseNew(page, dialog)
    await expect(page.getByTestId(dialog === 'browse' ? 'browse-row' : dialog).first()).toBeVisible()
    await inBoth(dialog, dialog === 'new-group' ? [chinese] : undefined)
    await page.getByTestId('dialog-close').click()
  }

  line.hold('up', 6 * 1024 * 1024)
  const mapping = {
    name: '會員遷移對照表 member mapping.bin',
    type: '',
    bytes: Buffer.alloc(1024 * 1024, 'x'),
    copies: 24,
  }
  const notes = { name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('Mapping of tiers, old to new\n') }
  for (const file of [mapping, notes]) await hand(page.getByTestId('composer'), 'paste', file)
  await expect(page.getByTestId('attached')).toHaveCount(2)
  for (const at of [0, 1])
    await expect(page.getByTestId('attached').nth(at)).toHaveAttribute('data-state', 'here', { timeout: 120_000 })
  await inBoth('attached', [chinese])
  await page.getByTestId('composer').fill('對照表連埋筆記 — the mapping, with notes')
  await page.getByTestId('composer').press('Enter')
  await expect(page.getByTestId('files-sending').getByRole('progressbar')).toBeVisible()
  await inBoth('uploading')
  await page.getByTestId('cancel-sending').click()
  line.free()

  await open(page, 'POS 更換小組')
  const conversationId = (await page
    .locator('.row[aria-current=true]')
    .getAttribute('data-conversation-id')) as ConversationId
  line.block()
  await expect(page.getByTestId('session-state')).toHaveAttribute('data-state', /offline|connecting/)
  await say(page, '二號機幾時換？ Which night for till two?')
  server.admin.changeConversation({ conversationId, archived: true })
  line.free()
  await expect(page.getByTestId('message-trouble')).toBeVisible()
  server.admin.changeConversation({ conversationId, archived: false })
  await expect(page.getByTestId('composer')).toBeVisible()
  line.block()
  await expect(page.getByTestId('session-state')).toHaveAttribute('data-state', /offline|connecting/)
  await say(page, 'Sorry, offline on the train — 返到公司再講')
  await expect(messages(page, '返到公司再講')).toHaveAttribute('data-delivery', 'queued')
  await inBoth('offline')
})
