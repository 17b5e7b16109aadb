// Owns the reactions under a message: which emoji, how many, whose; pressing one puts one's own on or takes it off.

import { SmilePlus } from 'lucide-react'
import type { ReactNode } from 'react'
import type { MessageView, ReactionView } from '../../shared/bridge.ts'
import { useTranslator } from '../app/workspace-context.ts'
import type { MessageCommands } from './message-commands.ts'
import { useNames } from './names.ts'
import './reactions-row.css'

/** Names told in a tooltip; the rest is counted. */
const namesMost = 12

interface ReactionsRowProps {
  readonly message: MessageView
  readonly commands: MessageCommands
  readonly reachable: boolean
}

export function ReactionsRow({ message, commands, reachable }: ReactionsRowProps): ReactNode {
  const { t } = useTranslator()
  const tabIndex = reachable ? 0 : -1
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is a group of a form's fields.
    <div aria-label={t('reactions.label')} className="reactions" role="group">
      {(message.reactions ?? []).map((reaction) => (
        <Reaction
          key={reaction.emoji}
          may={commands.rights.react}
          onToggle={() => commands.toggle(reaction.emoji)}
          reaction={reaction}
          tabIndex={tabIndex}
        />
      ))}
      {commands.rights.react && (
        <button
          aria-haspopup="dialog"
          aria-label={t('acts.react')}
          className="reaction reaction--add"
          data-tip={t('acts.react')}
          onClick={(event) => commands.react(event.currentTarget)}
          tabIndex={tabIndex}
          type="button"
        >
          <SmilePlus aria-hidden="true" />
        </button>
      )}
    </div>
  )
}

interface ReactionProps {
  readonly reaction: ReactionView
  readonly may: boolean
  readonly tabIndex: number
  readonly onToggle: () => void
}

function Reaction({ reaction, may, tabIndex, onToggle }: ReactionProps): ReactNode {
  const { t, list, number } = useTranslator()
  const nameOf = useNames()
  const { emoji, userIds, mine } = reaction
  const named = userIds.slice(0, namesMost).map(nameOf)
  const rest = userIds.length - named.length
  const people = list(rest > 0 ? [...named, t('reactions.more', { count: rest })] : named)
  return (
    <button
      aria-disabled={!may}
      aria-label={t('reactions.item', { emoji, count: userIds.length, people })}
      aria-pressed={mine}
      className="reaction"
      data-testid="reaction"
      data-tip={t('reactions.who', { emoji, people })}
      onClick={onToggle}
      tabIndex={tabIndex}
      type="button"
    >
      <span aria-hidden="true" className="reaction__emoji">
        {emoji}
      </span>
      <span className="tabular">{number(userIds.length)}</span>
    </button>
  )
}
