// Owns the one story the product must always tell, on both windowed hosts: enrol, talk, lose the server, read and write
// offline, return, be wiped. Then it looks into every file that is left for anything a thief could read.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, type Page, test } from 'playwright/test'
import { rowOf } from '../main/profile/persisted.ts'
import { type Canary, findCanaries } from '../testing/canaries.ts'
import { openWholeProfile } from '../testing/opened-profile.ts'
import { type Desktop, hostOf, startDesktop } from './desktop.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

const people = {
  karen: { name: 'karen.chan', display: '陳嘉欣 Karen Chan' },
  jason: { name: 'jason.lau', display: '劉俊傑 Jason Lau' },
}
const channel = '銅鑼灣店營運'
const department = '零售營運部'
const words = {
  first: '早晨，今日銅鑼灣店嘅冷氣又壞咗，𨋢都停咗。',
  second: 'Morning — the technician is booked for 14:30, PO number follows.',
  mixed: '個 PO 幾時 approve 到？唔該晒 🙏',
  offline: '伺服器停咗都寫到：offline note 第一句',
  offlineSecond: '同埋第二句 second line, same order',
  after: 'Still here after the other desktop was wiped.',
}
const reason = '手提電腦遺失 Laptop reported lost'

let dir: string
let workspace: Workspace
const running: Desktop[] = []

test.beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-e2e-'))
  workspace = await startWorkspace(join(dir, 'server'))
  for (const person of Object.values(people)) {
    await workspace.admin(
      'users',
      'create',
      '--name',
      person.name,
      '--display',
      person.display,
      '--department',
      '零售營運',
    )
  }
  const members = `${people.karen.name},${people.jason.name}`
  await workspace.admin('conversations', 'create', '--name', channel, '--members', members, '--space', '門市')
})

test.afterEach(async () => {
  for (const desktop of running.splice(0)) await desktop.kill().catch(() => undefined)
  await workspace.stop()
  rmSync(dir, { recursive: true, force: true })
})

async function codeFor(userName: string): Promise<string> {
  return (await workspace.admin<{ code: string }>('enroll', 'create', '--user', userName)).code
}

const state = (page: Page) => page.getByTestId('session-state')
const messages = (page: Page, text: string) => page.getByTestId('message').filter({ hasText: text })
const openChannel = (page: Page) => page.getByTestId('conversation-row').filter({ hasText: channel }).click()

async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('composer').fill(text)
  await page.getByTestId('composer').press('Enter')
  await expect(messages(page, text)).toHaveCount(1)
}

test('[END1] two desktops talk, one reads and writes offline, IT wipes it, the other is unharmed', async () => {
  const info = test.info()
  const host = hostOf(info.project.name)
  const start = async (name: string, options: { serverUrl?: string; enrolCode?: string } = {}) => {
    const desktop = await startDesktop(host, { profileDir: join(dir, name), ...options })
    running.push(desktop)
    return desktop
  }
  const shot = (page: Page, name: string) => page.screenshot({ path: info.outputPath(`${name}.png`) })

  let karen!: Desktop
  let jason!: Desktop
  let secrets: readonly Canary[] = []

  await test.step('enrol one with the form, one with the command line', async () => {
    karen = await start('karen')
    await expect(karen.page.getByTestId('enrol-code')).toBeVisible()
    await shot(karen.page, '01-enrol')
    await karen.page.getByTestId('enrol-server').fill(workspace.url)
    await karen.page.getByTestId('enrol-code').fill('AAAA-BBBB-CCCC')
    await karen.page.getByTestId('enrol-submit').click()
    await expect(karen.page.locator('[data-code="code-unknown"]')).toBeVisible()
    await shot(karen.page, '02-enrol-refused')
    await karen.page.getByTestId('enrol-code').fill(await codeFor(people.karen.name))
    await karen.page.getByTestId('enrol-submit').click()
    jason = await start('jason', { serverUrl: workspace.url, enrolCode: await codeFor(people.jason.name) })
    for (const { page } of [karen, jason]) await expect(state(page)).toHaveAttribute('data-state', 'live')
  })

  await test.step('talk in Chinese and English', async () => {
    await openChannel(karen.page)
    await openChannel(jason.page)
    await say(karen.page, words.first)
    await expect(messages(jason.page, words.first)).toBeVisible()
    await say(jason.page, words.second)
    await expect(messages(karen.page, words.second)).toBeVisible()
    await say(karen.page, words.mixed)
    await expect(messages(jason.page, words.mixed)).toBeVisible()
    await expect(karen.page.locator('[data-testid=message][data-delivery=sent]')).not.toHaveCount(0)
    await shot(karen.page, '03-talk')
  })

  await test.step('the server goes; one desktop is killed and started again; it reads and writes offline', async () => {
    await workspace.stop()
    await expect(state(karen.page)).not.toHaveAttribute('data-state', 'live')
    await jason.kill()
    jason = await start('jason')
    await expect(state(jason.page)).toHaveAttribute('data-state', /offline|connecting/)
    await openChannel(jason.page)
    await expect(messages(jason.page, words.first)).toBeVisible()
    await expect(messages(jason.page, words.second)).toBeVisible()
    await say(jason.page, words.offline)
    await say(jason.page, words.offlineSecond)
    await expect(jason.page.locator('[data-testid=message][data-delivery=queued]')).toHaveCount(2)
    await shot(jason.page, '04-offline-queued')
  })

  await test.step('the server is back: what was written offline arrives once, in order', async () => {
    await workspace.start()
    for (const { page } of [karen, jason]) {
      await expect(state(page)).toHaveAttribute('data-state', 'live', { timeout: 120_000 })
      await expect(messages(page, words.offline)).toHaveCount(1)
      await expect(messages(page, words.offlineSecond)).toHaveCount(1)
    }
    await expect(jason.page.locator('[data-testid=message][data-delivery=queued]')).toHaveCount(0)
    const texts = await karen.page.getByTestId('message').allInnerTexts()
    const at = (text: string) => texts.findIndex((shown) => shown.includes(text))
    expect(at(words.offline)).toBeLessThan(at(words.offlineSecond))
    await shot(karen.page, '05-back')
  })

  await test.step('search finds it in both languages', async () => {
    for (const [query, found] of [
      ['𨋢', words.first],
      ['approve', words.mixed],
    ] as const) {
      await jason.page.keyboard.press('Control+f')
      await jason.page.getByTestId('search-box').fill(query)
      await expect(jason.page.getByTestId('search-hit').filter({ hasText: found })).toBeVisible()
    }
    await shot(jason.page, '06-search')
  })

  await test.step('a live profile shows a thief nothing', async () => {
    // A key store of the operating system does not give its secrets to a test; the dev key store does.
    if (host === 'chromium') secrets = (await openWholeProfile(join(dir, 'jason'))).secrets
    await expectNothingReadable(
      join(dir, 'karen'),
      host === 'chromium' ? (await openWholeProfile(join(dir, 'karen'))).secrets : [],
    )
    await expectNothingReadable(join(dir, 'jason'), secrets)
  })

  await test.step('IT wipes one desktop and holds the proof', async () => {
    const devices = await workspace.admin<{ id: string; user: string; status: string }[]>('devices', 'list')
    const device = devices.find((entry) => entry.user === people.jason.name)
    const { wipeId } = await workspace.admin<{ wipeId: string }>(
      'devices',
      'wipe',
      device?.id ?? '',
      '--reason',
      reason,
    )
    await expect(jason.page.getByTestId('wiped-screen')).toBeVisible()
    await expect(jason.page.getByTestId('wipe-reason')).toContainText(reason)
    await expect(jason.page.getByTestId('wipe-issuer')).not.toBeEmpty()
    await expect
      .poll(async () => (await workspace.admin<{ status: string }>('wipes', 'show', wipeId)).status)
      .toBe('done')
    await shot(jason.page, '07-wiped')
    const after = await workspace.admin<{ id: string; status: string }[]>('devices', 'list')
    expect(after.find((entry) => entry.id === device?.id)?.status).toBe('wiped')
    await expect(messages(jason.page, words.first)).toHaveCount(0)
  })

  await test.step('the other desktop is unharmed', async () => {
    await say(karen.page, words.after)
    await expect(
      karen.page.locator('[data-testid=message][data-delivery=sent]').filter({ hasText: words.after }),
    ).toHaveCount(1)
    await expect(messages(karen.page, words.first)).toBeVisible()
  })

  await test.step('nothing is left of the wiped profile but who wiped it and why; a restart says so', async () => {
    await jason.close()
    await expectNothingReadable(join(dir, 'jason'), secrets)
    expect(filesIn(join(dir, 'jason')).filter((file) => rowOf(file)?.eraseOn !== 'never')).toEqual([])
    jason = await start('jason')
    await expect(jason.page.getByTestId('wiped-screen')).toBeVisible()
    await expect(jason.page.getByTestId('wipe-reason')).toContainText(reason)
  })

  await test.step('the wiped desktop can be enrolled anew', async () => {
    await jason.page.getByTestId('wiped-enrol').click()
    await jason.page.getByTestId('enrol-server').fill(workspace.url)
    await jason.page.getByTestId('enrol-code').fill(await codeFor(people.jason.name))
    await jason.page.getByTestId('enrol-submit').click()
    await expect(state(jason.page)).toHaveAttribute('data-state', 'live')
    await openChannel(jason.page)
    await expect(messages(jason.page, words.after)).toBeVisible()
  })
})

/** Files of a profile, by their names below it, but for the host's own: a running host makes those anew. */
function filesIn(profileDir: string): string[] {
  return readdirSync(profileDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(profileDir, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => !name.startsWith('host/'))
}

/** No message, name or secret stands in any file of the profile, whatever the encoding. */
async function expectNothingReadable(profileDir: string, secrets: readonly Canary[]): Promise<void> {
  const texts = [
    ...Object.values(words),
    ...Object.values(people).flatMap((person) => [person.name, person.display]),
    channel,
    department,
  ]
  const canaries = [...texts.map((text, i) => ({ name: `text ${i}`, text })), ...secrets]
  const report = await findCanaries(profileDir, canaries)
  expect(report.unreadable).toEqual([])
  expect(report.filesRead).toBeGreaterThan(0)
  expect(report.hits).toEqual([])
}
