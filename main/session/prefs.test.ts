// Owns the proof that what a user wants last of a conversation's settings is what the server keeps, whatever is under way.

import { expect, test } from 'vitest'
import { type ConversationPrefs, defaultPrefs } from '../../shared/model.ts'
import type { UpFrame } from '../../shared/wire.ts'
import { createExample } from '../../testing/example.ts'
import { createPrefs } from './prefs.ts'

const muted: ConversationPrefs = { muted: true, pinned: false }
const pinned: ConversationPrefs = { muted: false, pinned: true }

function setUp(version = 2) {
  const conversationId = createExample(7).id('conversation')
  const sent: UpFrame[] = []
  const store = { kept: defaultPrefs, wanted: undefined as ConversationPrefs | undefined }
  const prefs = createPrefs({
    store: {
      unsentPrefs: () => store.wanted,
      applyPrefs(moved) {
        for (const { prefs: said = defaultPrefs } of moved) {
          store.kept = said
          if (JSON.stringify(said) === JSON.stringify(store.wanted)) store.wanted = undefined
        }
        return true
      },
    },
    send: (frame) => sent.push(frame),
    version,
  })
  const want = (wanted: ConversationPrefs) => {
    store.wanted = wanted
    prefs.tell(conversationId)
  }
  const take = () => sent.splice(0).map((frame) => frame.type === 'prefs' && frame.prefs)
  const head = { conversationId, headSeq: 1, headAtMs: 0, readSeq: 0 }
  return { prefs, store, want, take, conversationId, head }
}

test('[SYN41] one word about a conversation is under way at a time; what is wanted meanwhile follows it', () => {
  const { prefs, store, want, take, conversationId } = setUp()
  want(muted)
  want(pinned)
  want(muted)
  want(pinned)
  expect(take()).toEqual([muted])
  prefs.onMoved(conversationId, muted)
  expect(take()).toEqual([pinned])
  prefs.onMoved(conversationId, pinned)
  expect([store.kept, store.wanted, take()]).toEqual([pinned, undefined, []])
})

test('[SYN42] until the server has repeated it, nothing that it says of these settings counts', () => {
  const { prefs, store, want, take, conversationId, head } = setUp()
  want(muted)
  // Wanted back before the answer: neither another device’s word nor the heads may pass for the agreement.
  want(defaultPrefs)
  expect(prefs.onMoved(conversationId, defaultPrefs)).toBe(false)
  expect(prefs.onHeads([head])).toBe(true)
  expect(store.wanted).toEqual(defaultPrefs)
  prefs.onMoved(conversationId, muted)
  expect(take()).toEqual([muted, defaultPrefs])
  prefs.onMoved(conversationId, defaultPrefs)
  expect([store.kept, store.wanted]).toEqual([defaultPrefs, undefined])
})

test('[SYN42] with the heads it is told what the server may not have; after a loss nothing is waited for', () => {
  const { prefs, store, want, take, conversationId, head } = setUp()
  store.wanted = muted
  prefs.onHeads([{ ...head, prefs: pinned }])
  expect(take()).toEqual([muted])
  prefs.letGo(conversationId)
  want(pinned)
  expect(take()).toEqual([pinned])
})

test('[SYN42] a server of version 1 is told nothing and says nothing', () => {
  const { prefs, store, want, take, head } = setUp(1)
  want(muted)
  expect([prefs.onHeads([head]), take(), store.wanted]).toEqual([false, [], muted])
})
