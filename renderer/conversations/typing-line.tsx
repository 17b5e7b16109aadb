// Owns the line under the messages that tells who types. Always holds: it has its height whether or not somebody types, so
// that nothing jumps; the user is never told of themselves.

import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import './typing-line.css'

interface TypingLineProps {
  readonly conversation: ConversationView
  /** Of the thread of this message; without it, of the conversation itself. */
  readonly threadSeq?: number
}

export function TypingLine({ conversation, threadSeq }: TypingLineProps): ReactNode {
  const typing = useWorkspace((state) => state.typing[conversation.conversationId])
  const people = useWorkspace((state) => state.people)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { t } = useTranslator()
  const names = (typing ?? [])
    .filter((one) => one.threadSeq === threadSeq && one.userId !== myId)
    .map(({ userId }) => {
      const person = people?.find((p) => p.userId === userId) ?? conversation.other
      return person?.userId === userId ? person.displayName : t('details.unknownPerson')
    })
  const [first, second] = names
  return (
    <p className="typing" data-testid="typing">
      {first !== undefined && (
        <>
          <span aria-hidden="true" className="typing__dots">
            <span />
            <span />
            <span />
          </span>
          <Text className="ellipsis">
            {second === undefined
              ? t('typing.one', { name: first })
              : names.length === 2
                ? t('typing.two', { first, second })
                : t('typing.several')}
          </Text>
        </>
      )}
    </p>
  )
}
