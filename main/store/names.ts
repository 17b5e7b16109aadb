// Owns what people and conversations are called. Reads only. Always holds: names are today's names from the directory.

import type { PersonView } from '../../shared/bridge.ts'
import type { ConversationInfo, Person, UserId } from '../../shared/model.ts'
import type { Cache } from './cache.ts'

/** A person as shown. Someone no longer in the directory keeps a neutral name. */
export function personView(person: Person): PersonView {
  const { userId, userName, displayName, department, title, active } = person
  return { userId, userName, displayName, active, ...(department && { department }), ...(title && { title }) }
}

export function nameOf(cache: Cache, userId: UserId): string {
  return cache.people.get(userId)?.person.displayName ?? '—'
}

/** A direct conversation bears the other person's name; others their own. */
export function conversationName(cache: Cache, info: ConversationInfo, self: UserId): string {
  if (info.kind !== 'direct') return info.name
  const otherId = info.memberIds.find((id) => id !== self)
  return otherId ? nameOf(cache, otherId) : nameOf(cache, self)
}
