// Owns the calls about files: attaching, sending, fetching, looking at, handing over to the system.
// Always holds: the window names a file by its FileId and never by a path; bytes cross in slices of limits.fileSliceBytes.

import { z } from 'zod'
import { attachmentSchema, fileKinds } from './bridge-views.ts'
import { limits } from './limits.ts'
import { conversationIdSchema, fileIdSchema, thumbnailSchema } from './model.ts'

const nothing = z.strictObject({})

export const fileCalls = {
  pickFiles: {
    args: z.strictObject({ conversationId: conversationIdSchema }),
    result: z.strictObject({ fileIds: z.array(fileIdSchema) }),
    doc: 'Lets the user choose files in the system’s dialog and attaches them to the draft of a conversation.',
  },
  attachFile: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      name: z.string().min(1).max(limits.fileNameChars),
      mediaType: z.string().max(limits.attributeChars),
      bytes: z.number().int().min(0).max(limits.fileBytes),
    }),
    result: z.strictObject({ fileId: fileIdSchema }),
    doc: 'Begins to attach a file that the window hands over in slices (dropped or pasted).',
  },
  appendFile: {
    args: z.strictObject({
      fileId: fileIdSchema,
      /** Where in the file this slice begins: slices come in order. */
      offset: z.number().int().min(0),
      /** Base64. The last one completes the file; an empty file needs none. */
      data: z
        .string()
        .max(Math.ceil(limits.fileSliceBytes / 3) * 4)
        .regex(/^[A-Za-z0-9+/]*={0,2}$/),
    }),
    result: nothing,
    doc: 'The next slice of a file being attached.',
  },
  listAttachments: {
    args: z.strictObject({ conversationId: conversationIdSchema }),
    result: z.strictObject({ attachments: z.array(attachmentSchema) }),
    doc: 'What is attached to the draft of a conversation.',
  },
  setThumbnail: {
    args: z.strictObject({ fileId: fileIdSchema, thumbnail: z.strictObject(thumbnailSchema.shape) }),
    result: nothing,
    doc: 'The likeness of an attached picture, made by the window.',
  },
  detachFile: {
    args: z.strictObject({ fileId: fileIdSchema }),
    result: nothing,
    doc: 'Takes an attached file off the draft and destroys it here.',
  },
  fetchFile: {
    args: z.strictObject({ fileId: fileIdSchema }),
    result: nothing,
    doc: 'Begins to fetch a file of a message; progress shows on the message.',
  },
  cancelFile: {
    args: z.strictObject({ fileId: fileIdSchema }),
    result: nothing,
    doc: 'Ends fetching a file; what is there is kept for going on later.',
  },
  inspectFile: {
    args: z.strictObject({ fileId: fileIdSchema }),
    result: z.strictObject({
      kind: z.enum(fileKinds),
      /** By the bytes; of `image`, the type to decode it as. */
      mediaType: z.string(),
      /** Can be opened with another program: policy and kind allow it. */
      canOpen: z.boolean(),
      canSave: z.boolean(),
    }),
    doc: 'What a file that is here is by its bytes, and what may be done with it.',
  },
  readFile: {
    args: z.strictObject({
      fileId: fileIdSchema,
      offset: z.number().int().min(0),
      length: z.number().int().min(1).max(limits.fileSliceBytes),
    }),
    result: z.strictObject({ data: z.string() }),
    doc: 'A slice of a file that is here, base64, for a preview: at most limits.previewBytes from its start.',
  },
  openFile: {
    args: z.strictObject({ fileId: fileIdSchema }),
    result: nothing,
    doc: 'Opens a file with the system’s program for it, from a temporary copy that is removed.',
  },
  saveFile: {
    args: z.strictObject({ fileId: fileIdSchema }),
    result: z.strictObject({ saved: z.boolean() }),
    doc: 'Saves a file where the user chooses in the system’s dialog.',
  },
} as const
