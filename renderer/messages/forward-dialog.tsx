// Owns forwarding a message: to which conversation, with which words. Follows ARIA's combobox with a list box.
// Always holds: what is forwarded is named and not copied; the server takes the words as they stand.

import { Check, Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { ConversationView, MessageView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useAct } from '../app/act.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ConversationAvatar } from '../components/avatar.tsx'
import { ModalDialog } from '../components/modal-dialog.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { Text } from '../components/text.tsx'
import { rank } from '../conversations/sections.ts'
import type { WritingPlace } from '../state/writing.ts'
import { summaryOf } from './message-commands.ts'
import './forward-dialog.css'

/** Rows shown: more is found by typing. */
const shownRows = 40

interface ForwardDialogProps {
  readonly message: MessageView
  readonly place: WritingPlace
  readonly onClose: () => void
}

export function ForwardDialog({ message, place, onClose }: ForwardDialogProps): ReactNode {
  const conversations = useWorkspace((state) => state.conversations)
  const { forwardMessage } = useActions()
  const { t } = useTranslator()
  const { busy, failure, run } = useAct(onClose)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [chosen, setChosen] = useState<ConversationView>()
  const [comment, setComment] = useState('')
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const commentField = useRef<HTMLTextAreaElement>(null)

  const targets = useMemo(() => {
    const open = (conversations ?? []).filter((c) => !c.archived && c.other?.active !== false)
    if (text.trim() === '') return open.slice(0, shownRows)
    return rank(open, text, ({ name, other }) => (other === undefined ? [name] : [name, other.userName])).slice(
      0,
      shownRows,
    )
  }, [conversations, text])

  const choose = (target: ConversationView | undefined) => {
    if (target === undefined) return
    setChosen(target)
    commentField.current?.focus()
  }
  const send = () => {
    const { seq } = message
    if (seq === undefined || chosen === undefined) return
    const from = { conversationId: place.conversationId, seq }
    void run(() => forwardMessage(from, chosen.conversationId, comment))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    const last = targets.length - 1
    if (event.key === 'Enter') choose(targets[at])
    else if (event.key === 'ArrowDown') setAt(at >= last ? 0 : at + 1)
    else if (event.key === 'ArrowUp') setAt(at <= 0 ? last : at - 1)
    else return
    event.preventDefault()
  }
  useEffect(() => {
    list.current?.querySelector(`[data-index="${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [at])

  return (
    <ModalDialog onClose={onClose} testId="forward-dialog" title={t('forward.title')}>
      <div className="modal__body forward">
        <div className="quote-card">
          <Text className="quote-card__name">{message.senderName}</Text>
          <Text className="quote-card__text">{summaryOf(message)}</Text>
        </div>
        <div className="labelled">
          <label className="labelled__label" htmlFor={`${id}-search`}>
            {t('forward.to')}
          </label>
          <span className="field">
            <Search aria-hidden="true" />
            <input
              aria-activedescendant={targets[at] === undefined ? undefined : `${id}-${at}`}
              aria-autocomplete="list"
              aria-controls={`${id}-list`}
              aria-expanded="true"
              autoComplete="off"
              // biome-ignore lint/a11y/noAutofocus: the dialog is opened to choose whom to send to.
              autoFocus
              data-testid="forward-search"
              id={`${id}-search`}
              onChange={(event) => {
                setText(event.target.value)
                setAt(0)
              }}
              onKeyDown={onKeyDown}
              placeholder={t('forward.search')}
              role="combobox"
              spellCheck={false}
              type="text"
              value={text}
            />
          </span>
          <div aria-label={t('forward.to')} className="forward__list" id={`${id}-list`} ref={list} role="listbox">
            {targets.map((target, index) => {
              const isChosen = chosen?.conversationId === target.conversationId
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles the keys; focus never leaves it.
                // biome-ignore lint/a11y/useFocusableInteractive: options are pointed at with aria-activedescendant.
                <div
                  aria-selected={isChosen}
                  className="forward__row"
                  data-at={index === at ? '' : undefined}
                  data-index={index}
                  data-testid="forward-row"
                  id={`${id}-${index}`}
                  key={target.conversationId}
                  onClick={() => choose(target)}
                  onPointerMove={() => setAt(index)}
                  role="option"
                >
                  <ConversationAvatar conversation={target} size="small" />
                  <Text className="forward__name ellipsis">{target.name}</Text>
                  <Text className="forward__aside ellipsis">{target.space ?? target.other?.department ?? ''}</Text>
                  {isChosen && <Check aria-hidden="true" />}
                </div>
              )
            })}
            {targets.length === 0 && (
              <p className="forward__none" role="status">
                {t('forward.none', { text })}
              </p>
            )}
          </div>
        </div>
        <label className="labelled">
          <span className="labelled__label">
            {t('forward.comment')} <span className="labelled__optional">{t('forward.optional')}</span>
          </span>
          <textarea
            className="input"
            data-testid="forward-comment"
            maxLength={limits.bodyChars}
            onChange={(event) => setComment(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229)
                return
              event.preventDefault()
              send()
            }}
            ref={commentField}
            rows={2}
            value={comment}
          />
        </label>
        <ProblemLine failure={failure} />
      </div>
      <div className="modal__footer">
        <p className="modal__note" role="status">
          {chosen === undefined ? t('forward.choose') : chosen.name}
        </p>
        <button className="button" onClick={onClose} type="button">
          {t('dialog.cancel')}
        </button>
        <button
          aria-disabled={chosen === undefined || busy}
          className="button button--primary"
          data-testid="forward-send"
          onClick={send}
          type="button"
        >
          {t('forward.send')}
        </button>
      </div>
    </ModalDialog>
  )
}
