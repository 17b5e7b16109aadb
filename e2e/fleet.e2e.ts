// Owns the story of IT at its desk: a desktop is signed out and comes back, a conversation is withdrawn from desktops, a lost
// one is wiped by two people, and the proof of it verifies elsewhere.
// Always holds: IT does it all in the app; what is asked outside the window is answered there, a no first.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, type Page, test } from 'playwright/test'
import { rowOf } from '../main/profile/persisted.ts'
import { type Asked, answer, savePlace } from './confirm.ts'
import { type Desktop, hostOf, pictureAll, startDesktop } from './desktop.ts'
import { isLive, messages, open, say } from './window.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

const people = {
  karen: { name: 'karen.chan', display: '陳嘉欣 Karen Chan', department: '零售營運' },
  arjun: { name: 'arjun.mehta', display: 'Arjun Mehta', department: 'IT' },
  wing: { name: 'wing.ho', display: '何詠儀 Wing Ho', department: 'IT' },
}
const channel = '併購案 Project Heron'
const said = {
  secret: '機密：收購價每股 HK$12.80，唔好外傳。',
  other: 'Lunch at the usual place? 老地方食飯',
  after: '由呢句開始再講 — from here on again.',
}
const why = {
  signOut: '轉到另一間分店 Moved to another branch',
  withdrawn: '文件放錯群組 Privileged paper in the wrong group',
  lost: '手提電腦於中環遺失 Laptop lost in Central',
}

let dir: string
let workspace: Workspace
const running: Desktop[] = []

test.beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-fleet-'))
  workspace = await startWorkspace(join(dir, 'server'))
  for (const { name, display, department } of Object.values(people))
    await workspace.admin('users', 'create', '--name', name, '--display', display, '--department', department)
  for (const { name } of [people.arjun, people.wing]) await workspace.admin('users', 'role', name, '--it', 'on')
  const members = `${people.karen.name},${people.arjun.name}`
  for (const name of [channel, '閒談 pantry'])
    await workspace.admin('conversations', 'create', '--name', name, '--members', members)
})

test.afterEach(async () => {
  if (test.info().status !== test.info().expectedStatus) await pictureAll(running, test.info())
  for (const desktop of running.splice(0)) await desktop.kill().catch(() => undefined)
  await workspace.stop()
  rmSync(dir, { recursive: true, force: true })
})

const codeFor = async (userName: string) =>
  (await workspace.admin<{ code: string }>('enroll', 'create', '--user', userName)).code
const rowOfPerson = (page: Page, display: string) => page.getByTestId('device-row').filter({ hasText: display })

async function appear(page: Page, theme: 'light' | 'dark', language: 'en' | 'zh-Hant-HK'): Promise<void> {
  await page.evaluate((settings) => window.causeway.call('setSettings', settings), { theme, language })
  await expect(page.locator('html')).toHaveAttribute('lang', language)
}

async function openFleet(page: Page): Promise<void> {
  await page.getByTestId('rail-fleet').click()
  await page.getByTestId('fleet-devices').click()
}

async function openDevice(page: Page, display: string): Promise<void> {
  await rowOfPerson(page, display).click()
  await expect(page.getByTestId('device-timeline')).toBeVisible()
}

/** Fills in the dialog that stands and gives the order, which is asked again outside the window. */
async function give(desktop: Desktop, reason: string, isYes: boolean): Promise<Asked> {
  const { page } = desktop
  await page.getByTestId('order-reason').fill(reason)
  await expect(page.getByTestId('order-submit')).toHaveAttribute('data-gate', 'ready')
  return answer(desktop, isYes, () => page.getByTestId('order-submit').click())
}

test('[END5] IT signs a desktop out, withdraws a conversation, and wipes a lost desktop with a second person and a proof', async () => {
  const info = test.info()
  const host = hostOf(info.project.name)
  const start = async (name: keyof typeof people) => {
    const desktop = await startDesktop(host, {
      profileDir: join(dir, name),
      serverUrl: workspace.url,
      enrolCode: await codeFor(people[name].name),
    })
    running.push(desktop)
    await isLive(desktop.page)
    return desktop
  }
  const shot = (page: Page, name: string) => page.screenshot({ path: info.outputPath(`${name}.png`) })
  /** By day in English, by night in Chinese. */
  const shots = async (page: Page, name: string) => {
    await shot(page, name)
    await appear(page, 'dark', 'zh-Hant-HK')
    await shot(page, `${name}-dark-zh`)
    await appear(page, 'light', 'en')
  }
  const karen = await start('karen')
  const arjun = await start('arjun')

  await test.step('they talk', async () => {
    await open(karen.page, '閒談')
    await say(karen.page, said.other)
    await open(karen.page, 'Project Heron')
    await say(karen.page, said.secret)
    await open(arjun.page, 'Project Heron')
    await expect(messages(arjun.page, said.secret)).toBeVisible()
  })

  await test.step('only IT has the fleet, and sees every desktop in it', async () => {
    await expect(karen.page.getByTestId('rail-fleet')).toHaveCount(0)
    await openFleet(arjun.page)
    await expect(rowOfPerson(arjun.page, people.karen.display)).toBeVisible()
    await expect(rowOfPerson(arjun.page, people.arjun.display)).toBeVisible()
    await openDevice(arjun.page, people.karen.display)
    await shots(arjun.page, '01-fleet')
  })

  await test.step('a no outside the window is a no; a yes signs the desktop out and destroys nothing', async () => {
    await arjun.page.getByTestId('device-sign-out').click()
    const asked = await give(arjun, why.signOut, false)
    expect(`${asked.message} ${asked.detail}`).toContain(why.signOut)
    await expect(arjun.page.getByTestId('order-note')).not.toBeEmpty()
    await expect(karen.page.getByTestId('signed-out-screen')).toHaveCount(0)
    await shot(arjun.page, '02-sign-out-dialog')
    await give(arjun, why.signOut, true)
    await expect(karen.page.getByTestId('signed-out-screen')).toBeVisible()
    await expect(karen.page.getByTestId('sign-out-reason')).toContainText(why.signOut)
    await shots(karen.page, '03-signed-out')
    await expect(arjun.page.getByTestId('progress-done')).toContainText('1')
    await openFleet(arjun.page)
    await expect(rowOfPerson(arjun.page, people.karen.display)).toContainText('Signed out')
  })

  await test.step('the same person enrols again, and all of it is there', async () => {
    await expect(karen.page.getByTestId('enrol-server')).toHaveValue(workspace.url)
    await karen.page.getByTestId('enrol-code').fill(await codeFor(people.karen.name))
    await karen.page.getByTestId('enrol-submit').click()
    await isLive(karen.page)
    await open(karen.page, 'Project Heron')
    await expect(messages(karen.page, said.secret)).toBeVisible()
    const devices = await workspace.admin<{ user: string; status: string }[]>('devices', 'list')
    expect(devices.filter(({ user }) => user === people.karen.name).map(({ status }) => status)).toEqual(['active'])
  })

  await test.step('a conversation is withdrawn from desktops: its words go, the people stay, and they go on', async () => {
    await arjun.page.getByTestId('rail-conversations').click()
    await open(arjun.page, 'Project Heron')
    await arjun.page.getByTestId('details-toggle').click()
    await arjun.page.getByTestId('details-wipe').click()
    await give(arjun, why.withdrawn, true)
    for (const { page } of [karen, arjun]) {
      await expect(page.getByTestId('conversations-wiped')).toBeVisible()
      await expect(messages(page, said.secret)).toHaveCount(0)
    }
    await open(karen.page, 'Project Heron')
    await expect(
      karen.page
        .getByTestId('notice')
        .filter({ hasText: /IT|removed/ })
        .first(),
    ).toBeVisible()
    await say(karen.page, said.after)
    await shot(karen.page, '04-withdrawn')
    await karen.page.getByTestId('conversations-wiped-dismiss').click()
    await expect(karen.page.getByTestId('conversations-wiped')).toHaveCount(0)
    await open(karen.page, '閒談')
    await expect(messages(karen.page, said.other)).toBeVisible()
    const orders = await workspace.admin<{ orders: { progress: { done: number }; devices: number }[] }>(
      'orders',
      'list',
    )
    await expect
      .poll(async () => {
        const { orders } = await workspace.admin<{ orders: { progress: { done: number } }[] }>('orders', 'list')
        return orders[0]?.progress.done
      })
      .toBe(orders.orders[0]?.devices)
  })

  await test.step('a lost desktop: one person orders, another approves, the desktop is wiped', async () => {
    await workspace.admin('rules', 'set', '--approval-above', '0')
    const wing = await start('wing')
    await openFleet(arjun.page)
    await openDevice(arjun.page, people.karen.display)
    await arjun.page.getByTestId('device-wipe').click()
    await expect(arjun.page.getByTestId('dry-run')).toBeVisible()
    await shots(arjun.page, '05-wipe-dialog')
    const typed = arjun.page.getByTestId('order-typed')
    await arjun.page.getByTestId('order-reason').fill(why.lost)
    if ((await typed.count()) > 0) await typed.fill('1')
    await give(arjun, why.lost, true)
    await expect(arjun.page.getByTestId('order-mine')).toBeVisible()
    await expect(karen.page.getByTestId('wiped-screen')).toHaveCount(0)

    await wing.page.getByTestId('rail-fleet').click()
    await wing.page.getByTestId('fleet-orders').click()
    await wing.page.getByTestId('order-row').first().click()
    await expect(wing.page.getByTestId('order-decision')).toBeVisible()
    await shots(wing.page, '06-approval')
    await answer(wing, true, () => wing.page.getByTestId('order-approve').click())
    await expect(karen.page.getByTestId('wiped-screen')).toBeVisible()
    await expect(karen.page.getByTestId('wipe-reason')).toContainText(why.lost)
    await shot(karen.page, '07-wiped')
    await expect(arjun.page.getByTestId('progress-done')).toContainText('1')
    await shot(arjun.page, '08-progress')
  })

  await test.step('the proof verifies in the app, as a certificate, and elsewhere', async () => {
    await arjun.page.getByTestId('fleet-devices').click()
    await openDevice(arjun.page, people.karen.display)
    await arjun.page.getByTestId('timeline-entry').first().scrollIntoViewIfNeeded()
    await shots(arjun.page, '09-timeline')
    await arjun.page.getByTestId('device-show-wipe').click()
    await expect(arjun.page.getByTestId('wipe-verdict')).toHaveAttribute('data-verdict', 'verified')
    await shots(arjun.page, '10-receipt')
    const certificate = join(dir, 'certificate.pdf')
    const documents = join(dir, 'wipe.json')
    await savePlace(arjun, certificate, () => arjun.page.getByTestId('save-certificate').click())
    await expect.poll(() => firstBytes(certificate)).toBe('%PDF-')
    await expect(arjun.page.getByTestId('proof-saved')).not.toBeEmpty()
    await savePlace(arjun, documents, () => arjun.page.getByTestId('save-documents').click())
    await expect.poll(() => firstBytes(documents)).toMatch(/^\{/)
    await expect(arjun.page.getByTestId('save-documents')).toBeEnabled()
    const verdict = await workspace.admin<{ type?: string; verified?: boolean }>('wipes', 'verify', documents)
    expect(JSON.stringify(verdict)).toContain('verified')
  })

  await test.step('nothing is left of the wiped profile but who wiped it and why', async () => {
    await karen.close()
    const left = readdirSync(join(dir, 'karen'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(dir, 'karen'), join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    expect(left.filter((name) => !name.startsWith('host/') && rowOf(name)?.eraseOn !== 'never')).toEqual([])
  })
})

function firstBytes(file: string): string {
  try {
    return readFileSync(file).subarray(0, 5).toString('latin1')
  } catch {
    return ''
  }
}
