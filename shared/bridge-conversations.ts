// Owns the calls about conversations and people: the list, making and changing them, members, settings, presence.

import { z } from 'zod'
import { browsedSchema, conversationViewSchema, personViewSchema } from './bridge-views.ts'
import { limits } from './limits.ts'
import { conversationIdSchema, conversationKinds, seqSchema, userIdSchema } from './model.ts'

const nothing = z.strictObject({})
const empty = z.strictObject({})

export const conversationCalls = {
  listConversations: {
    args: empty,
    result: z.strictObject({ conversations: z.array(conversationViewSchema) }),
    doc: 'All cached conversations, most recent first.',
  },
  createConversation: {
    args: z.strictObject({
      kind: z.enum(conversationKinds),
      name: z.string().max(limits.conversationNameChars),
      topic: z.string().max(limits.topicChars).optional(),
      isOpen: z.boolean().optional(),
      memberIds: z.array(userIdSchema).max(limits.membersPerRequest),
    }),
    result: z.strictObject({ conversationId: conversationIdSchema }),
    doc: 'Makes a channel, a group or a direct conversation (which may be there already). Needs a connection.',
  },
  changeConversation: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      name: z.string().min(1).max(limits.conversationNameChars).optional(),
      topic: z.string().max(limits.topicChars).optional(),
      isOpen: z.boolean().optional(),
      archived: z.boolean().optional(),
    }),
    result: nothing,
    doc: 'Renames, retopics, opens, closes or archives a conversation. Needs a connection.',
  },
  joinConversation: {
    args: z.strictObject({ conversationId: conversationIdSchema }),
    result: nothing,
    doc: 'Joins an open channel. Needs a connection.',
  },
  leaveConversation: {
    args: z.strictObject({ conversationId: conversationIdSchema }),
    result: nothing,
    doc: 'Leaves a conversation; what is cached of it is destroyed. Needs a connection.',
  },
  inviteMembers: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      userIds: z.array(userIdSchema).min(1).max(limits.membersPerRequest),
    }),
    result: nothing,
    doc: 'Brings people into a conversation. Needs a connection.',
  },
  removeMember: {
    args: z.strictObject({ conversationId: conversationIdSchema, userId: userIdSchema }),
    result: nothing,
    doc: 'Takes a person out of a conversation of one’s own. Needs a connection.',
  },
  browseConversations: {
    args: z.strictObject({
      text: z.string().max(limits.conversationNameChars),
      cursor: z.string().max(64).optional(),
    }),
    result: z.strictObject({ found: z.array(browsedSchema), cursor: z.string().optional() }),
    doc: 'Open channels, by name. Needs a connection.',
  },
  setPrefs: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      muted: z.boolean().optional(),
      pinned: z.boolean().optional(),
      /** Marks as unread from here on; null takes the mark off. */
      unreadFromSeq: seqSchema.min(1).nullable().optional(),
    }),
    result: nothing,
    doc: 'Mutes, pins or marks a conversation unread, on all devices of this person; also offline.',
  },
  setView: {
    args: z.strictObject({
      /** The conversation in view, where the window has the focus and shows one. */
      conversationId: conversationIdSchema.optional(),
      /** People whose presence is shown. */
      people: z.array(userIdSchema).max(limits.watchedPeople),
    }),
    result: nothing,
    doc: 'What the window shows: no notifications for it, and whose presence to tell.',
  },
  noteTyping: {
    args: z.strictObject({ conversationId: conversationIdSchema, threadSeq: seqSchema.min(1).optional() }),
    result: nothing,
    doc: 'The user types here; told to others at most every limits.typingEveryMs.',
  },
  listPeople: {
    args: empty,
    result: z.strictObject({ people: z.array(personViewSchema) }),
    doc: 'The directory as cached.',
  },
} as const
