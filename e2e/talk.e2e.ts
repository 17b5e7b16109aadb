// Owns the story of one person on two desktops and a colleague, on both windowed hosts: channels made, joined and left,
// everything that is done with messages, and what both desktops of one person agree on, online and after being offline.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'playwright/test'
import { type Desktop, hostOf, pictureAll, startDesktop } from './desktop.ts'
import {
  act,
  choose,
  chooseInList,
  chooseNew,
  conversation,
  createChannel,
  edit,
  isLive,
  messages,
  open,
  react,
  say,
} from './window.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

const people = {
  karen: { name: 'karen.chan', display: '陳嘉欣 Karen Chan' },
  jason: { name: 'jason.lau', display: '劉俊傑 Jason Lau' },
}
const display = '聖誕櫥窗 Christmas windows'
const budget = '陳列預算 Display budget'
const words = {
  asked: '燈飾嘅報價睇咗未？',
  answered: 'Seen it — 23,400 is above what we agreed.',
  reply: '我同供應商傾緊，下晝覆。',
  backReply: 'Thanks, no hurry before Friday.',
  wrong: 'Delivery on the 31st of November',
  right: 'Delivery on the 1st of December',
  doubtful: '呢句講錯咗',
  quoting: '即係點？ Then who signs?',
  comment: 'For the budget, see below.',
  offline: '呢句離線時改咗 edited while away',
  waiting: 'First line from the train',
  dropped: '第二句，唔要喇',
}

let dir: string
let workspace: Workspace
const running: Desktop[] = []

test.beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-talk-'))
  workspace = await startWorkspace(join(dir, 'server'))
  for (const { name, display: shown } of Object.values(people))
    await workspace.admin('users', 'create', '--name', name, '--display', shown, '--department', '零售營運')
})

test.afterEach(async () => {
  const info = test.info()
  if (info.status !== info.expectedStatus) await pictureAll(running, info)
  for (const desktop of running.splice(0)) await desktop.kill().catch(() => undefined)
  await workspace.stop()
  rmSync(dir, { recursive: true, force: true })
})

test('[END3] a person on two desktops and a colleague do with messages what people do, and the desktops agree', async () => {
  const info = test.info()
  const host = hostOf(info.project.name)
  const start = async (name: string, userName?: string) => {
    const enrolCode = userName && (await workspace.admin<{ code: string }>('enroll', 'create', '--user', userName)).code
    const desktop = await startDesktop(host, {
      profileDir: join(dir, name),
      ...(enrolCode && { serverUrl: workspace.url, enrolCode }),
    })
    running.push(desktop)
    return desktop
  }
  const [first, second, third] = await Promise.all([
    start('desk', people.karen.name),
    start('laptop', people.karen.name),
    start('jason', people.jason.name),
  ])
  const desk = first.page
  let laptop = second.page
  const jason = third.page
  await Promise.all([desk, laptop, jason].map(isLive))

  await test.step('an open channel is made on one desktop, shows on the other, and is found and joined', async () => {
    await createChannel(desk, display, 'open')
    await expect(conversation(laptop, display)).toBeVisible()
    await expect(conversation(jason, display)).toHaveCount(0)
    await chooseNew(jason, 'browse')
    const row = jason.getByTestId('browse-row').filter({ hasText: display })
    await row.getByTestId('browse-join').click()
    await expect(jason.getByTestId('conversation-name')).toContainText(display)
    await expect(desk.getByTestId('notice').filter({ hasText: people.jason.display })).toBeVisible()
  })

  await test.step('a channel by invitation is seen by who is invited', async () => {
    await createChannel(desk, budget, 'closed')
    await desk.getByTestId('details-toggle').click()
    await desk.getByTestId('invite-open').click()
    await desk.getByTestId('picker-box').fill('jason')
    await desk.getByTestId('picker-row').filter({ hasText: people.jason.display }).click()
    await desk.getByTestId('invite-submit').click()
    await expect(conversation(jason, budget)).toBeVisible()
    await expect(desk.getByTestId('member')).toHaveCount(2)
    await expect(conversation(laptop, budget)).toBeVisible()
  })

  await test.step('a mention counts on both desktops of a person, and reading on one reads on the other', async () => {
    await jason.getByTestId('composer').pressSequentially('@kar')
    await expect(jason.getByTestId('mention-option').first()).toContainText(people.karen.display)
    await jason.getByTestId('composer').press('Enter')
    await jason.getByTestId('composer').pressSequentially(words.asked)
    await jason.getByTestId('composer').press('Enter')
    await expect(messages(jason, words.asked).getByTestId('mention')).toContainText(people.karen.display)
    await say(jason, words.wrong)
    for (const page of [desk, laptop]) {
      await expect(conversation(page, display).getByTestId('row-unread')).toContainText('2')
      await expect(conversation(page, display).getByTestId('row-mentions')).toBeVisible()
    }
    await open(laptop, display)
    await expect(messages(laptop, words.asked).getByTestId('mention')).toHaveClass(/mention--me/)
    for (const page of [desk, laptop]) {
      await expect(conversation(page, display).getByTestId('row-unread')).toHaveCount(0)
      await expect(conversation(page, display).getByTestId('row-mentions')).toHaveCount(0)
    }
  })

  await test.step('who writes is seen while writing, and who is there', async () => {
    await laptop.getByTestId('details-toggle').click()
    const member = laptop.getByTestId('member').filter({ hasText: people.jason.display })
    await expect(member.getByTestId('presence-dot')).toHaveAttribute('data-state', 'active')
    await jason.getByTestId('composer').pressSequentially(words.doubtful)
    await expect(laptop.getByTestId('typing')).toContainText(people.jason.display)
    await jason.getByTestId('composer').press('Enter')
    await expect(messages(laptop, words.doubtful)).toBeVisible()
    await laptop.getByTestId('details-close').click()
  })

  await test.step('replies stand in a thread', async () => {
    await act(messages(laptop, words.asked), 'thread')
    await laptop.getByTestId('thread-composer').fill(words.reply)
    await laptop.getByTestId('thread-composer').press('Enter')
    await messages(jason, words.asked).getByTestId('thread-chip').click()
    await expect(jason.getByTestId('thread').getByTestId('message').filter({ hasText: words.reply })).toBeVisible()
    await jason.getByTestId('thread-composer').fill(words.backReply)
    await jason.getByTestId('thread-composer').press('Enter')
    const back = laptop.getByTestId('thread').getByTestId('message').filter({ hasText: words.backReply })
    await expect(back).toBeVisible()
    await expect(messages(laptop, words.backReply)).toHaveCount(0)
    await laptop.screenshot({ path: info.outputPath('01-thread.png') })
    for (const page of [laptop, jason]) await page.getByTestId('thread-close').click()
  })

  await test.step('a reaction of one desktop is its person’s on the other', async () => {
    await open(desk, display)
    await react(messages(desk, words.asked), '👍')
    const shown = (page: typeof desk) => messages(page, words.asked).getByTestId('reaction')
    await expect(shown(jason)).toHaveAttribute('aria-pressed', 'false')
    for (const page of [desk, laptop]) await expect(shown(page)).toHaveAttribute('aria-pressed', 'true')
    await shown(jason).click()
    for (const page of [desk, laptop]) await expect(shown(page)).toContainText('2')
  })

  await test.step('an edit shows everywhere, with what stood there before', async () => {
    await edit(messages(jason, words.wrong), words.right)
    for (const page of [desk, laptop, jason]) {
      await expect(messages(page, words.right)).toHaveCount(1)
      await expect(messages(page, words.wrong)).toHaveCount(0)
    }
    await messages(desk, words.right).getByTestId('message-edited').click()
    await expect(desk.getByTestId('edit-version')).toHaveCount(2)
    await expect(desk.getByTestId('edit-version').first()).toContainText(words.wrong)
    await desk.keyboard.press('Escape')
  })

  await test.step('a quote, a deletion, a forwarded message', async () => {
    await act(messages(desk, words.right), 'quote')
    await expect(desk.getByTestId('composer-quote')).toContainText(words.right)
    await say(desk, words.quoting)
    await expect(messages(jason, words.quoting).getByTestId('quote')).toContainText(words.right)

    await choose(messages(jason, words.doubtful), 'delete')
    await jason.getByTestId('delete-confirm').click()
    for (const page of [desk, laptop, jason]) {
      await expect(page.getByTestId('message-deleted')).toHaveCount(1)
      await expect(messages(page, words.doubtful)).toHaveCount(0)
    }

    await say(desk, words.answered)
    await act(messages(desk, words.answered), 'forward')
    await desk.getByTestId('forward-row').filter({ hasText: budget }).click()
    await desk.getByTestId('forward-comment').fill(words.comment)
    await desk.getByTestId('forward-send').click()
    await open(jason, budget)
    await expect(messages(jason, words.comment).getByTestId('forwarded')).toContainText(words.answered)
    await jason.screenshot({ path: info.outputPath('02-forwarded.png') })
  })

  await test.step('muted and pinned on one desktop is muted and pinned on the other', async () => {
    await chooseInList(desk, budget, 'mute')
    await expect(conversation(laptop, budget)).toHaveAttribute('data-muted', '')
    await chooseInList(desk, budget, 'pin')
    // Nothing is newer than what was said in the other channel; pinned, it stands first.
    await open(desk, display)
    await say(desk, 'ok')
    await expect(laptop.getByTestId('conversation-row').first()).toContainText(budget)
  })

  await test.step('what is done offline waits, and arrives on return', async () => {
    await open(laptop, display)
    await workspace.stop()
    for (const page of [desk, laptop, jason])
      await expect(page.getByTestId('session-state')).not.toHaveAttribute('data-state', 'live')
    await edit(messages(laptop, words.answered), words.offline)
    await react(messages(laptop, words.right), '🎉')
    await expect(messages(laptop, words.offline)).toBeVisible()
    await open(laptop, budget)
    await say(laptop, words.waiting)
    await say(laptop, words.dropped)
    await expect(laptop.locator('[data-testid=message][data-delivery=queued]')).toHaveCount(2)
    await laptop.screenshot({ path: info.outputPath('03-offline.png') })
    await second.kill()
    await workspace.start()
    await Promise.all([desk, jason].map(isLive))
  })

  await test.step('what the server refuses is told on the message, to be sent again or taken back', async () => {
    await chooseInList(desk, budget, 'archive')
    await desk.getByTestId('archive-submit').click()
    await expect(jason.getByTestId('archived-bar')).toBeVisible()

    laptop = (await start('laptop')).page
    await isLive(laptop)
    await open(laptop, budget)
    const trouble = (text: string) => messages(laptop, text).getByTestId('message-trouble')
    for (const text of [words.waiting, words.dropped])
      await expect(trouble(text)).toHaveAttribute('data-code', 'conversation-archived')
    await laptop.screenshot({ path: info.outputPath('04-refused.png') })

    await open(jason, display)
    await expect(messages(jason, words.offline)).toHaveCount(1)
    await expect(messages(jason, words.right).getByTestId('reaction')).toContainText('🎉')

    await desk.locator('[data-testid=section-toggle][data-section=archived]').click()
    await open(desk, budget)
    await desk.getByTestId('unarchive').click()
    await expect(desk.getByTestId('archived-bar')).toHaveCount(0)
    await trouble(words.waiting).getByTestId('message-retry').click()
    await trouble(words.dropped).getByTestId('message-discard').click()
    await expect(messages(laptop, words.dropped)).toHaveCount(0)
    await expect(messages(laptop, words.waiting)).toHaveAttribute('data-delivery', 'sent')
    await expect(messages(desk, words.waiting)).toHaveCount(1)
  })

  await test.step('who leaves has nothing of it left, and the others are told', async () => {
    await chooseInList(jason, budget, 'leave')
    await jason.getByTestId('leave-submit').click()
    await expect(conversation(jason, budget)).toHaveCount(0)
    await expect(desk.getByTestId('notice').filter({ hasText: people.jason.display }).last()).toBeVisible()
    await expect(desk.getByTestId('member')).toHaveCount(1)
  })
})
