// Owns what a user does in a window, for end-to-end tests: opening conversations, writing, acting on messages.
// Always holds: everything goes by what is on the page; where a list is awaited, it is awaited by what it shows.

import { expect, type Locator, type Page } from 'playwright/test'

/** A pointer that has not met what it was aimed at is aimed anew after this. */
const aimMs = 2000

const state = (page: Page) => page.getByTestId('session-state')
/** Messages of the open conversation that say this themselves, not in what they quote. */
export const messages = (page: Page, text: string) =>
  page
    .getByTestId('message-list')
    .getByTestId('message')
    .filter({ has: page.getByTestId('message-text').filter({ hasText: text }) })
export const conversation = (page: Page, name: string) => page.getByTestId('conversation-row').filter({ hasText: name })

export async function isLive(page: Page): Promise<void> {
  await expect(state(page)).toHaveAttribute('data-state', 'live', { timeout: 120_000 })
}

export async function open(page: Page, name: string): Promise<void> {
  await conversation(page, name).click()
  await expect(page.getByTestId('conversation-name')).toContainText(name)
}

/** Writes in the open conversation; the text is a single line of it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('composer').fill(text)
  await page.getByTestId('composer').press('Enter')
  await expect(messages(page, text)).toHaveCount(1)
  await expect(messages(page, text)).toBeInViewport()
}

/** An act of the bar on a message. */
export async function act(message: Locator, name: 'react' | 'thread' | 'quote' | 'forward' | 'more'): Promise<void> {
  // What arrives meanwhile moves rows away from under the pointer, and the bar with them.
  await expect(async () => {
    await message.hover({ timeout: aimMs })
    await message.getByTestId(`act-${name}`).click({ timeout: aimMs })
  }).toPass({ timeout: 10 * aimMs })
}

/** An entry of a message's menu. */
export async function choose(message: Locator, id: 'edit' | 'delete' | 'history' | 'unread'): Promise<void> {
  await act(message, 'more')
  await message.page().getByTestId(`message-menu-${id}`).click()
}

export async function react(message: Locator, emoji: string): Promise<void> {
  await act(message, 'react')
  await message.page().locator(`[data-testid=emoji][data-emoji="${emoji}"]`).first().click()
}

/** Changes the words of a message. */
export async function edit(message: Locator, text: string): Promise<void> {
  const composer = message.page().getByTestId('composer')
  await choose(message, 'edit')
  await expect(message.page().getByTestId('composer-edit')).toBeVisible()
  await composer.fill(text)
  await composer.press('Enter')
}

/** Opens the menu of a conversation in the list and chooses an entry. */
export async function chooseInList(page: Page, name: string, id: string): Promise<void> {
  await conversation(page, name).click({ button: 'right' })
  await page.getByTestId(`menu-${id}`).click()
}

export async function chooseNew(page: Page, id: 'new-channel' | 'new-group' | 'new-direct' | 'browse'): Promise<void> {
  await page.getByTestId('new-menu').click()
  await page.getByTestId(`menu-${id}`).click()
}

/** Makes a channel, which then is open. */
export async function createChannel(page: Page, name: string, access: 'open' | 'closed'): Promise<void> {
  await chooseNew(page, 'new-channel')
  await page.getByTestId('create-name').fill(name)
  await page.getByTestId(`create-${access}`).click()
  await page.getByTestId('create-submit').click()
  await expect(page.getByTestId('conversation-name')).toContainText(name)
}

/** A file as the system hands it over. */
export interface Given {
  readonly name: string
  readonly bytes: Buffer
  readonly type: string
  /** How often `bytes` stand in it; once. */
  readonly copies?: number
}

/** Drops or pastes a file as the system would hand it over. */
export async function hand(target: Locator, by: 'drop' | 'paste', file: Given): Promise<void> {
  const { name, type, bytes, copies = 1 } = file
  const given = { by, name, type, data: bytes.toString('base64'), copies }
  await target.evaluate((element, { by, name, type, data, copies }) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
    const brought = new DataTransfer()
    brought.items.add(new File(Array.from({ length: copies }).fill(bytes) as Uint8Array<ArrayBuffer>[], name, { type }))
    const common = { bubbles: true, cancelable: true }
    if (by === 'paste') element.dispatchEvent(new ClipboardEvent('paste', { ...common, clipboardData: brought }))
    else
      for (const kind of ['dragover', 'drop'])
        element.dispatchEvent(new DragEvent(kind, { ...common, dataTransfer: brought }))
  }, given)
}
