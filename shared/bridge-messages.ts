// Owns the calls about messages: reading pages, threads and edits, writing, acting on them, finding them.

import { z } from 'zod'
import { messagePageSchema, searchPageSchema, threadPageSchema } from './bridge-views.ts'
import { limits } from './limits.ts'
import {
  clientIdSchema,
  conversationIdSchema,
  emojiSchema,
  fileIdSchema,
  mentionsInputSchema,
  seqSchema,
  timeMsSchema,
} from './model.ts'

const nothing = z.strictObject({})

export const messageCalls = {
  readConversation: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      before: seqSchema.min(1).optional(),
      limit: z.number().int().min(1).max(limits.pageMessages),
    }),
    result: messagePageSchema,
    doc: 'A page of a conversation: the newest, or that before a seq; fetched from the server where the cache ends.',
  },
  sendMessage: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      /** May be empty where there are files or a forwarded message. */
      body: z.string().max(limits.bodyChars),
      clientId: clientIdSchema.optional(),
      /** Attached before, see attachFiles; they leave the draft. */
      fileIds: z.array(fileIdSchema).min(1).max(limits.filesPerMessage).optional(),
      /** Stretches of `body` as given. */
      mentions: mentionsInputSchema.optional(),
      threadSeq: seqSchema.min(1).optional(),
      quoteSeq: seqSchema.min(1).optional(),
      forward: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema.min(1) }).optional(),
    }),
    result: z.strictObject({ clientId: clientIdSchema }),
    doc: 'Puts a message into the outbox; it is delivered once, now or on return. Repeating a clientId is harmless.',
  },
  editMessage: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      seq: seqSchema.min(1),
      body: z.string().min(1).max(limits.bodyChars),
      mentions: mentionsInputSchema.optional(),
    }),
    result: z.strictObject({ clientId: clientIdSchema }),
    doc: 'Changes the words of a message of one’s own, by the outbox.',
  },
  deleteMessage: {
    args: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema.min(1) }),
    result: z.strictObject({ clientId: clientIdSchema }),
    doc: 'Deletes a message of one’s own for everybody, by the outbox.',
  },
  react: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      seq: seqSchema.min(1),
      emoji: emojiSchema,
      on: z.boolean(),
    }),
    result: z.strictObject({ clientId: clientIdSchema }),
    doc: 'Puts an emoji on a message or takes it off, by the outbox.',
  },
  readThread: {
    args: z.strictObject({ conversationId: conversationIdSchema, rootSeq: seqSchema.min(1) }),
    result: threadPageSchema,
    doc: 'A message and the replies in its thread.',
  },
  readEdits: {
    args: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema.min(1) }),
    result: z.strictObject({ versions: z.array(z.strictObject({ atMs: timeMsSchema, text: z.string() })) }),
    doc: 'What a message said and says, oldest first, so far as it is cached.',
  },
  seqAt: {
    args: z.strictObject({ conversationId: conversationIdSchema, atMs: timeMsSchema }),
    result: z.strictObject({ seq: seqSchema }),
    doc: 'The first message at or after a time; 0 where there is none. Asks the server where the cache does not tell.',
  },
  loadBack: {
    args: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema.min(1) }),
    result: z.strictObject({ reached: z.boolean() }),
    doc: 'Fetches history back to a seq, so that it can be read; at most limits.jumpEvents.',
  },
  retryMessage: {
    args: z.strictObject({ clientId: clientIdSchema }),
    result: nothing,
    doc: 'Sends a refused message again.',
  },
  discardMessage: {
    args: z.strictObject({ clientId: clientIdSchema }),
    result: nothing,
    doc: 'Takes a message that has not left out of the outbox.',
  },
  markRead: {
    args: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema }),
    result: nothing,
    doc: 'The user has read up to seq.',
  },
  search: {
    args: z.strictObject({
      text: z.string().min(1).max(limits.searchChars),
      conversationId: conversationIdSchema.optional(),
      cursor: z.string().max(64).optional(),
    }),
    result: searchPageSchema,
    doc: 'Messages with all words, characters and "phrases"; also from: in: before: after: has:file. Newest first.',
  },
  saveDraft: {
    args: z.strictObject({ conversationId: conversationIdSchema, text: z.string().max(limits.draftChars) }),
    result: nothing,
    doc: 'Keeps what the user has begun to write in a conversation; empty text forgets it.',
  },
} as const
