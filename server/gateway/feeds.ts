// Owns the pages of the two feeds and of the heads, as frame texts: people, access, where each conversation ends.
// Always holds: a cursor means a revision of this database; any other cursor means the beginning; a page never exceeds
// half a frame, whatever it holds.

import { limits } from '../../shared/limits.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import type { DownFrameOf, Head } from '../../shared/wire.ts'
import { toConversationInfo } from '../conversations/changes.ts'
import { toPerson } from '../directory/directory.ts'
import type { FeedName, StoreView } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'

const pageBytes = limits.frameBytes / 2

export interface FeedPage {
  /** The frame. */
  readonly text: string
  /** Where the feed stands after it. */
  readonly revision: number
  readonly more: boolean
  readonly empty: boolean
}

export interface Feeds {
  /** The revision that a device's cursor stands for; 0, the beginning, where it is not one of ours. */
  revisionOf(feed: FeedName, cursor: string): number
  directoryPage(revision: number): FeedPage
  accessPage(userId: UserId, revision: number): FeedPage
  /** Where the access feed stood before these conversations last changed: from there on it tells of them. */
  accessBefore(conversationIds: readonly ConversationId[]): number
  headsFrames(userId: UserId): string[]
}

export function createFeeds(parts: { view: StoreView; workspace: Workspace }): Feeds {
  const { view, workspace } = parts
  const cursorOf = (feed: FeedName, revision: number) => `${feed}.${workspace.feedEpoch}.${revision}`
  // Devices that follow live all ask for the same page.
  let lastPage: { readonly from: number; readonly to: number; readonly page: FeedPage } | undefined

  function makeDirectoryPage(revision: number): FeedPage {
    const rows = view.usersSince(revision, limits.peoplePerPage + 1)
    const shown = rows.slice(0, limits.peoplePerPage)
    const reached = shown.at(-1)?.revision ?? revision
    const more = rows.length > shown.length
    const frame: DownFrameOf<'directory'> = {
      type: 'directory',
      people: shown.map(toPerson),
      cursor: cursorOf('directory', reached),
      more,
    }
    return { text: JSON.stringify(frame), revision: reached, more, empty: shown.length === 0 }
  }

  return {
    revisionOf: (feed, cursor) => {
      const prefix = cursorOf(feed, 0).slice(0, -1)
      const digits = cursor.startsWith(prefix) ? cursor.slice(prefix.length) : ''
      const revision = /^(0|[1-9]\d{0,15})$/.test(digits) ? Number(digits) : 0
      return revision <= view.revision(feed) ? revision : 0
    },

    directoryPage: (revision) => {
      const to = view.revision('directory')
      if (lastPage?.from !== revision || lastPage.to !== to) {
        lastPage = { from: revision, to, page: makeDirectoryPage(revision) }
      }
      return lastPage.page
    },

    accessPage: (userId, revision) => {
      const rows = view.accessSince(userId, revision, limits.conversationsPerPage + 1)
      const granted: string[] = []
      const revoked: ConversationId[] = []
      let reached = revision
      let bytes = 0
      let taken = 0
      for (const row of rows.slice(0, limits.conversationsPerPage)) {
        const conversation = row.granted ? view.conversation(row.conversationId) : undefined
        if (conversation === undefined) {
          revoked.push(row.conversationId)
        } else {
          const info = JSON.stringify(toConversationInfo(conversation, view.memberIdsOf(row.conversationId)))
          bytes += Buffer.byteLength(info)
          if (taken > 0 && bytes > pageBytes) break
          granted.push(info)
        }
        taken++
        reached = row.revision
      }
      const more = taken < rows.length
      const cursor = cursorOf('access', reached)
      const text = `{"type":"access","granted":[${granted.join(',')}],"revoked":${JSON.stringify(revoked)},"cursor":"${cursor}","more":${more}}`
      return { text, revision: reached, more, empty: taken === 0 }
    },

    accessBefore: (conversationIds) =>
      Math.min(...conversationIds.map((id) => (view.conversation(id)?.revision ?? Number.MAX_SAFE_INTEGER) - 1)),

    headsFrames: (userId) => {
      const heads: Head[] = view.headsOf(userId)
      const texts: string[] = []
      do {
        const frame: DownFrameOf<'heads'> = {
          type: 'heads',
          heads: heads.splice(0, limits.conversationsPerPage),
          more: heads.length > 0,
        }
        texts.push(JSON.stringify(frame))
      } while (heads.length > 0)
      return texts
    },
  }
}
