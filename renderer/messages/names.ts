// Owns the names of people by their ids, as the directory tells them. Always holds: somebody unknown is told to be so.

import { useMemo } from 'react'
import type { UserId } from '../../shared/model.ts'
import { useTranslator, useWorkspace } from '../app/workspace-context.ts'

/** Answers a person's display name; the user's own is "You" unless `asWritten`. */
export function useNames(asWritten = false): (userId: UserId) => string {
  const people = useWorkspace((state) => state.people)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { t } = useTranslator()
  return useMemo(() => {
    const names = new Map((people ?? []).map((person) => [person.userId, person.displayName]))
    return (userId) =>
      userId === myId && !asWritten ? t('reactions.you') : (names.get(userId) ?? t('details.unknownPerson'))
  }, [people, myId, t, asWritten])
}
