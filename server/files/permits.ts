// Owns the permits to send or fetch one file by HTTP: short-lived words of the server, handed out over a device's connection.
// Always holds: a permit names one device, user, file, purpose and place, and is ours by a keyed hash; it says what was asked
// for, not that it is still allowed: whoever takes one asks again whether it is.

import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { limits } from '../../shared/limits.ts'
import {
  type ConversationId,
  conversationIdSchema,
  type DeviceId,
  deviceIdSchema,
  fileInfoSchema,
  seqSchema,
  timeMsSchema,
  type UserId,
  userIdSchema,
} from '../../shared/model.ts'
import type { Clock } from '../clock.ts'
import type { Sealing } from '../sealing.ts'

interface Bound {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly sha256: string
  /** Of the whole file. */
  readonly bytes: number
  readonly conversationId: ConversationId
}
/** What a permit allows: to send a file that is meant for the conversation, or to fetch it from the message at `seq`. */
export type Permit =
  | (Bound & { readonly type: 'upload' })
  | (Bound & { readonly type: 'download'; readonly seq: number })

export interface Permits {
  /** The permit as a bearer token, valid for limits.filePermitMs. */
  write(permit: Permit): string
  /** What the token allows; undefined where it is none of ours or past its time. */
  read(token: string): Permit | undefined
}

const fieldsSchema = z.tuple([
  z.enum(['upload', 'download']),
  userIdSchema,
  deviceIdSchema,
  fileInfoSchema.shape.sha256,
  z.coerce.number().pipe(fileInfoSchema.shape.bytes),
  conversationIdSchema,
  z.coerce.number().pipe(seqSchema),
  z.coerce.number().pipe(timeMsSchema),
])
const separator = '.'

export function createPermits(sealing: Pick<Sealing, 'permitTag'>, clock: Pick<Clock, 'nowMs'>): Permits {
  return {
    write: (permit) => {
      const { type, userId, deviceId, sha256, bytes, conversationId } = permit
      const seq = permit.type === 'download' ? permit.seq : 0
      const untilMs = clock.nowMs() + limits.filePermitMs
      const text = [type, userId, deviceId, sha256, bytes, conversationId, seq, untilMs].join(separator)
      return `${text}${separator}${Buffer.from(sealing.permitTag(text)).toString('base64url')}`
    },
    read: (token) => {
      const end = token.lastIndexOf(separator)
      if (end < 0) return undefined
      const text = token.slice(0, end)
      const tag = Buffer.from(token.slice(end + 1), 'base64url')
      const ours = sealing.permitTag(text)
      if (tag.length !== ours.length || !timingSafeEqual(tag, ours)) return undefined
      const fields = fieldsSchema.safeParse(text.split(separator))
      if (!fields.success) return undefined
      const [type, userId, deviceId, sha256, bytes, conversationId, seq, untilMs] = fields.data
      if (clock.nowMs() >= untilMs) return undefined
      const bound = { userId, deviceId, sha256, bytes, conversationId }
      return type === 'upload' ? { type, ...bound } : { type, ...bound, seq }
    },
  }
}
