// Owns the story of files, on both windowed hosts: attached by dialog, drop and paste, sent over a line that breaks, fetched on
// another desktop as the same bytes, looked at, cancelled, kept inside by policy; and nothing of them lies in the clear.

import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from 'playwright/test'
import { demoFile } from '../server/demo/files/files.ts'
import { encodePdf } from '../server/demo/files/pdf.ts'
import { limits } from '../shared/limits.ts'
import type { FileId } from '../shared/model.ts'
import { findCanaries } from '../testing/canaries.ts'
import { type Desktop, hostOf, pictureAll, startDesktop } from './desktop.ts'
import { type Line, openLine } from './line.ts'
import { type Given, hand, isLive, messages, open } from './window.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

const people = {
  karen: { name: 'karen.chan', display: '陳嘉欣 Karen Chan' },
  jason: { name: 'jason.lau', display: '劉俊傑 Jason Lau' },
}
const channel = '開店籌備 Store opening'
/** What a thief would look for: it stands in the text file a thousand times. */
const canary = '供應商底價四萬二千 floor price HKD 42,000'
const MEBIBYTE = 1024 * 1024
const files = {
  picture: { name: '櫥窗草圖.png', bytes: Buffer.from(demoFile('18樓 平面圖.png').bytes), type: 'image/png' },
  text: { name: '底價 floor price.txt', bytes: Buffer.from(`${canary}\n`.repeat(1000)), type: 'text/plain' },
  pdf: {
    name: 'Tender.pdf',
    bytes: encodePdf('Tender', [['# Tender for the fit-out', '---', 'Two offers were received.'], ['# Annex']]),
    type: 'application/pdf',
  },
} as const satisfies Record<string, Given>
/** Random, so that nothing of it is anywhere by chance. */
const frame = randomBytes(MEBIBYTE)
const large = { name: '工程影片 site video.bin', bytes: frame, type: '', copies: 64 }

const said = { first: 'Sketch, floor prices and the tender', large: '影片喺度', second: 'Not this one after all' }

let dir: string
let line: Line
let workspace: Workspace
const running: Desktop[] = []

test.beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-files-'))
  line = await openLine()
  workspace = await startWorkspace(join(dir, 'server'), line.url)
  line.lead(workspace.url)
  for (const { name, display } of Object.values(people))
    await workspace.admin('users', 'create', '--name', name, '--display', display)
  const members = `${people.karen.name},${people.jason.name}`
  await workspace.admin('conversations', 'create', '--name', channel, '--members', members)
})

test.afterEach(async () => {
  const info = test.info()
  if (info.status !== info.expectedStatus) await pictureAll(running, info)
  for (const desktop of running.splice(0)) await desktop.kill().catch(() => undefined)
  await line.close()
  await workspace.stop()
  rmSync(dir, { recursive: true, force: true })
})

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64url')
const attached = (page: Page) => page.getByTestId('attached')
const card = (page: Page, name: string) => page.getByTestId('file-card').filter({ hasText: name.slice(0, 6) })

/** The file of that name in the only conversation there is. */
async function fileNamed(page: Page, name: string): Promise<FileId> {
  const fileId = await page.evaluate(async (wanted) => {
    const list = await window.causeway.call('listConversations', {})
    const conversationId = list.ok ? list.value.conversations[0]?.conversationId : undefined
    if (conversationId === undefined) return undefined
    const read = await window.causeway.call('readConversation', { conversationId, limit: 50 })
    const messages = read.ok ? read.value.messages : []
    return messages
      .flatMap(({ content }) => (content.type === 'text' ? (content.files ?? []) : []))
      .find((file) => file.name === wanted)?.fileId
  }, name)
  if (fileId === undefined) throw new Error(`no file ${name}`)
  return fileId
}

/** `bytes` of a file that is here, as the window reads them from main. */
async function readThere(page: Page, name: string, from: number, bytes: number): Promise<Buffer> {
  const asked = { fileId: await fileNamed(page, name), from, to: from + bytes, slice: limits.fileSliceBytes }
  const slices = await page.evaluate(async ({ fileId, from, to, slice }) => {
    const read: string[] = []
    for (let offset = from; offset < to; offset += slice) {
      const length = Math.min(slice, to - offset)
      const answer = await window.causeway.call('readFile', { fileId, offset, length })
      read.push(answer.ok ? answer.value.data : answer.error.code)
    }
    return read
  }, asked)
  return Buffer.concat(slices.map((data) => Buffer.from(data, 'base64')))
}

/** Parts of files on their way that the server has on disk. */
function partsComing(): number {
  const incoming = join(dir, 'server', 'files', 'incoming')
  return readdirSync(incoming, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
}

test('[END4] files are attached, survive a cut, arrive as they were, and lie nowhere in the clear', async () => {
  const info = test.info()
  const host = hostOf(info.project.name)
  const start = async (name: string, userName: string) => {
    const { code } = await workspace.admin<{ code: string }>('enroll', 'create', '--user', userName)
    const desktop = await startDesktop(host, { profileDir: join(dir, name), serverUrl: line.url, enrolCode: code })
    running.push(desktop)
    return desktop.page
  }
  const [karen, jason] = await Promise.all([start('karen', people.karen.name), start('jason', people.jason.name)])
  await Promise.all([karen, jason].map(isLive))
  for (const page of [karen, jason]) await open(page, channel)
  const shot = (page: Page, name: string) => page.screenshot({ path: info.outputPath(`${name}.png`) })

  await test.step('attach by paste, drop and the page’s own dialog; send', async () => {
    await hand(karen.getByTestId('composer'), 'paste', files.picture)
    await hand(karen.getByTestId('message-list'), 'drop', files.text)
    const { name, bytes, type } = files.pdf
    await karen.getByTestId('attach-input').setInputFiles({ name, buffer: bytes, mimeType: type })
    await expect(attached(karen)).toHaveCount(3)
    for (const at of [0, 1, 2]) await expect(attached(karen).nth(at)).toHaveAttribute('data-state', 'here')
    await expect(attached(karen).first().locator('img')).toBeVisible()
    await shot(karen, '01-attached')
    await karen.getByTestId('composer').fill(said.first)
    await karen.getByTestId('composer').press('Enter')
    await expect(attached(karen)).toHaveCount(0)
    await expect(messages(karen, said.first)).toHaveAttribute('data-delivery', 'sent')
  })

  await test.step('the other desktop has the likeness at once, fetches the files, and they are the same', async () => {
    await expect(jason.getByTestId('picture').locator('img')).toBeVisible()
    await expect(jason.getByTestId('picture')).toHaveAttribute('data-state', 'here')
    for (const file of [files.text, files.pdf]) {
      await card(jason, file.name).getByTestId('file-download').click()
      await expect(card(jason, file.name)).toHaveAttribute('data-state', 'here')
    }
    for (const { name, bytes } of Object.values(files))
      expect(hashOf(await readThere(jason, name, 0, bytes.length))).toBe(hashOf(bytes))
    await shot(jason, '02-fetched')
  })

  await test.step('picture, text and PDF are looked at within the app', async () => {
    await jason.getByTestId('picture').click()
    await expect(jason.getByTestId('viewer-picture')).toBeVisible()
    await shot(jason, '03-picture')
    await jason.getByTestId('viewer-next').click()
    await expect(jason.getByTestId('viewer-text')).toContainText(canary)
    await jason.getByTestId('viewer-next').click()
    await expect(jason.getByTestId('pdf').locator('canvas').first()).toBeVisible()
    await shot(jason, '04-pdf')
    await jason.getByTestId('viewer-close').click()
  })

  await test.step('an upload is cut in the middle and goes on afterwards', async () => {
    await hand(karen.getByTestId('message-list'), 'drop', large)
    await expect(attached(karen)).toHaveAttribute('data-state', 'here', { timeout: 120_000 })
    line.hold('up', 10 * MEBIBYTE)
    await karen.getByTestId('composer').fill(said.large)
    await karen.getByTestId('composer').press('Enter')
    const sending = messages(karen, said.large).getByTestId('files-sending')
    await expect(sending.getByRole('progressbar')).toBeVisible()
    // Two are whole, and of the third some has come.
    await expect.poll(partsComing).toBeGreaterThanOrEqual(2)
    await shot(karen, '05-uploading')
    // What stands on the server is not sent again: a connection carries the rest and hardly more.
    line.hold('up', large.copies * MEBIBYTE - limits.filePartBytes)
    line.cut()
    await expect(messages(karen, said.large)).toHaveAttribute('data-delivery', 'sent', { timeout: 120_000 })
    line.free()
  })

  await test.step('fetching is cancelled, taken up again, and the whole is the same', async () => {
    const there = card(jason, large.name)
    line.hold('down', 10 * MEBIBYTE)
    await there.getByTestId('file-download').click()
    await expect(there.getByRole('progressbar')).toBeVisible()
    await there.getByTestId('file-cancel').click()
    await expect(there).toHaveAttribute('data-state', 'remote')
    line.free()
    await there.getByTestId('file-download').click()
    await expect(there).toHaveAttribute('data-state', 'here', { timeout: 120_000 })
    // The whole was compared with its hash before it is `here`; the window reads no further than a preview does.
    for (const at of [0, 13, 31])
      expect((await readThere(jason, large.name, at * MEBIBYTE, MEBIBYTE)).equals(frame)).toBe(true)
  })

  await test.step('sending is cancelled: nothing of it arrives', async () => {
    line.hold('up', 0)
    const other = { name: 'other.bin', type: '', bytes: frame }
    await hand(karen.getByTestId('composer'), 'drop', other)
    await expect(attached(karen)).toHaveAttribute('data-state', 'here')
    await karen.getByTestId('composer').fill(said.second)
    await karen.getByTestId('composer').press('Enter')
    await messages(karen, said.second).getByTestId('cancel-sending').click()
    await expect(messages(karen, said.second)).toHaveCount(0)
    line.free()
    line.cut()
    await Promise.all([karen, jason].map(isLive))
    await expect(messages(jason, said.second)).toHaveCount(0)
  })

  await test.step('where policy keeps files inside, they are looked at and not handed over, and that is said', async () => {
    await expect(card(jason, files.pdf.name).getByTestId('file-save')).toBeVisible()
    await workspace.admin('policy', 'set', '--downloads', 'off')
    await expect(card(jason, files.pdf.name).getByTestId('file-save')).toHaveCount(0)
    await expect(card(jason, files.pdf.name).getByTestId('file-open')).toHaveCount(0)
    await card(jason, files.pdf.name).getByTestId('file-view').click()
    await expect(jason.getByTestId('pdf')).toBeVisible()
    await expect(jason.locator('.viewer__footer')).toBeVisible()
    await shot(jason, '07-kept-inside')
    await jason.getByTestId('viewer-close').click()
    const fileId = await fileNamed(jason, files.pdf.name)
    for (const method of ['openFile', 'saveFile'] as const) {
      const answer = await jason.evaluate(([name, file]) => window.causeway.call(name, { fileId: file }), [
        method,
        fileId,
      ] as const)
      expect(answer).toMatchObject({ ok: false, error: { code: 'policy-forbids' } })
    }
  })

  await test.step('nothing of the files stands in the clear, on either desktop or at the server', async () => {
    const canaries = [
      { name: 'text of a file', text: canary },
      { name: 'middle of the video', bytes: frame.subarray(5000, 5032) },
      { name: 'middle of the picture', bytes: files.picture.bytes.subarray(5000, 5032) },
      { name: 'name of a file', text: files.text.name },
    ]
    for (const place of ['karen', 'jason', 'server']) {
      const report = await findCanaries(join(dir, place), canaries)
      expect(report.unreadable).toEqual([])
      expect(report.bytesRead).toBeGreaterThan(large.copies * MEBIBYTE)
      expect(report.hits).toEqual([])
    }
    // The search does find what it looks for.
    const given = join(dir, 'given')
    mkdirSync(given)
    for (const [name, { bytes }] of Object.entries({ ...files, large })) writeFileSync(join(given, name), bytes)
    const found = (await findCanaries(given, canaries)).hits.map(({ canary }) => canary)
    expect(new Set(found)).toEqual(new Set(['text of a file', 'middle of the video', 'middle of the picture']))
  })
})
