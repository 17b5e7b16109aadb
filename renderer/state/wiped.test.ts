import { describe, expect, it } from 'vitest'
import { wipeId } from '../dev/fake-devices.ts'
import { conversationOf, messageOf, ok, pageOf, sessionOf, settle } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'
import { mergeNewer, mergeNewest, mergeOlder, openAround, openNewest } from './timeline.ts'

const withdrawn = (seq: number) =>
  messageOf(seq, { key: `seq:${seq}`, content: { type: 'notice', notice: 'withdrawn', people: [], byIt: true } })
const seqs = ({ messages }: { messages: readonly { seq?: number | undefined }[] }) => messages.map(({ seq }) => seq)

describe('what IT has taken from desktops leaves the window too', () => {
  const page = { ...pageOf(a, 40, 40), before: 1 }
  const held = openNewest({ ...page, messages: page.messages.slice(10) }, 1)

  it('[UIF53] an open conversation keeps nothing of what a page says was withdrawn', () => {
    const after = { ...page, messages: [withdrawn(40), messageOf(41)], before: undefined, newestSeq: 41 }
    expect(seqs(mergeNewest(held, after, true))).toEqual([40, 41])
    expect(seqs(mergeNewest(held, after, false))).toEqual([40, 41])
    // So much came since that the page begins later: what was held up to then is gone all the same.
    const later = { ...after, messages: [withdrawn(60), messageOf(61)], before: 60 }
    const merged = mergeNewest(held, later, false)
    expect(seqs(merged)).toEqual([60, 61])
    expect(merged.stretch).not.toBe(held.stretch)
    const around = { ...page, messages: page.messages.slice(10) }
    const past = openAround(around, { ...page, messages: [messageOf(90)], before: 90 }, 1, 20)
    expect(seqs(mergeNewer(past, { ...page, messages: [withdrawn(45), messageOf(46)], before: 41 }))).toEqual([45, 46])
    expect(seqs(mergeOlder(held, { ...page, messages: [withdrawn(8)], before: undefined }))[0]).toBe(8)
  })

  it('[UIF53] drafts, hits and the open messages of what was wiped go at once; everything else stays', async () => {
    let messages = pageOf(a, 3, 3).messages
    const { actions, store, emit, asked } = await opened(
      {
        readConversation: ({ conversationId }) => ok({ ...pageOf(conversationId, 3, 3), messages }),
        search: () =>
          ok({
            complete: true,
            hits: [a, b].map((conversationId) => ({
              conversationId,
              conversationName: 'x',
              seq: 1,
              senderId: messageOf(1).senderId,
              senderName: 'a',
              atMs: 1,
              text: 'text 1',
              ranges: [],
            })),
          }),
      },
      [conversationOf(a, { name: 'fx-desk' }), conversationOf(b, { name: 'dinner' })],
    )
    await actions.openConversation(a)
    actions.setDraft(a, 'half a word')
    actions.setDraft(b, 'another')
    actions.setSearchText('text')
    actions.searchNow()
    await new Promise((resolve) => setTimeout(resolve))
    await settle()
    expect(store.getState().search.hits).toHaveLength(2)
    messages = [withdrawn(3)]
    const wiped = { wipeId: wipeId(1), names: ['fx-desk'], issuedBy: 'Kelvin', reason: 'mistake', atMs: 1 }
    emit('sessionChanged', sessionOf({ conversationsWiped: wiped }))
    expect(store.getState()).toMatchObject({ timeline: undefined, drafts: { [b]: 'another' }, openId: a })
    expect(store.getState().drafts[a]).toBeUndefined()
    expect(store.getState().search.hits.map(({ conversationId }) => conversationId)).toEqual([b])
    await settle()
    expect(store.getState().timeline?.messages).toEqual([withdrawn(3)])
    // Told again, nothing is dropped again.
    const reads = asked.filter(({ name }) => name === 'readConversation').length
    emit('sessionChanged', sessionOf({ conversationsWiped: wiped, queued: 1 }))
    await settle()
    expect(asked.filter(({ name }) => name === 'readConversation')).toHaveLength(reads)
  })
})
