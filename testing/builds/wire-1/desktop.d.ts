// The part of the stored desktop of version 1 that tests use. Its shapes are those of that version.

import type { OpenSocket } from '../../../main/session/socket.ts'
import type { Cipher } from '../../../main/vault/cipher.ts'
import type { ClientId, ConversationId, UserId } from '../../../shared/model.ts'
import type { Result } from '../../../shared/result.ts'
import type { Disk } from '../../desktop.ts'
import type { Random } from '../../random.ts'

export interface OldMessage {
  readonly key: string
  readonly seq?: number
  readonly senderId: UserId
  readonly content:
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'deleted' }
    | { readonly type: 'notice'; readonly notice: string; readonly people: readonly string[] }
  readonly delivery: { readonly state: 'sent' | 'queued' | 'sending' | 'failed' }
}

export interface OldConversation {
  readonly conversationId: ConversationId
  readonly name: string
  readonly topic?: string
  readonly memberIds: readonly UserId[]
  readonly unread: number
}

export interface OldStore {
  positions(): { readonly conversationId: ConversationId; readonly low: number; readonly high: number }[]
  enqueue(
    conversationId: ConversationId,
    message: { readonly clientId: ClientId; readonly body: string; readonly createdAtMs: number },
  ): Result<void>
  applyRead(conversationId: ConversationId, seq: number, by: 'server' | 'user'): boolean
  waiting(underWay: ReadonlySet<ClientId>): unknown[]
  listConversations(sending: ReadonlySet<ClientId>): OldConversation[]
  readPage(
    conversationId: ConversationId,
    before: number | undefined,
    limit: number,
    sending: ReadonlySet<ClientId>,
  ): Result<{ readonly messages: OldMessage[]; readonly before?: number }>
}

export interface OldDesktop {
  readonly session: {
    state(): { readonly type: string }
    dispatch(event: { readonly type: 'connect-asked' }): void
    flush(): void
    markRead(conversationId: ConversationId, seq: number): void
    newClientId(): ClientId
  }
  store(): OldStore | undefined
  start(): Promise<void>
  stop(): Promise<void>
}

export function createDesktop(parts: {
  readonly disk: Disk
  readonly cipher: Cipher
  readonly clock: { nowMs(): number; setTimer(run: () => void, ms: number): () => void }
  readonly random: Random
  readonly openSocket: OpenSocket
  readonly log?: {
    error(event: string, fields?: object): void
    info(event: string, fields?: object): void
    debug(event: string, fields?: object): void
  }
}): Promise<OldDesktop>
