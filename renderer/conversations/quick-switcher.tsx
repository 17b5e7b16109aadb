// Owns the "Jump to…" dialog: type a few letters, Enter opens the best fit. Follows ARIA's combobox with a list box.

import { CornerDownLeft, Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import type { ConversationView, PersonView } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ConversationAvatar, PersonAvatar } from '../components/avatar.tsx'
import { Text } from '../components/text.tsx'
import { badgeOf } from './counts.ts'
import { rank } from './sections.ts'
import '../components/modal-dialog.css'
import './quick-switcher.css'

/** Rows shown: more is no longer quick. */
const shownRows = 30

type Target =
  | { readonly type: 'conversation'; readonly key: string; readonly conversation: ConversationView }
  | { readonly type: 'person'; readonly key: string; readonly person: PersonView }

export function QuickSwitcher({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslator()
  return (
    <ModalOverlay
      className="overlay overlay--top"
      isDismissable
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
    >
      <Modal className="switcher">
        <Dialog aria-label={t('switcher.label')} className="switcher__dialog" data-testid="switcher">
          <Switcher onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function Switcher({ onClose }: { readonly onClose: () => void }): ReactNode {
  const conversations = useWorkspace((state) => state.conversations)
  const people = useWorkspace((state) => state.people)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { openConversation, showPane, showPerson, messagePerson } = useActions()
  const { t } = useTranslator()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const list = useRef<HTMLDivElement>(null)

  const targets = useMemo(() => {
    const rows = (conversations ?? []).map(
      (c): Target => ({ type: 'conversation', key: c.conversationId, conversation: c }),
    )
    if (text.trim() === '') {
      const current = rows.filter((row) => row.type === 'conversation' && !row.conversation.archived)
      return current.toSorted((a, b) => unreadOf(b) - unreadOf(a)).slice(0, shownRows)
    }
    const direct = new Set((conversations ?? []).flatMap((c) => (c.other === undefined ? [] : [c.other.userId])))
    const others = (people ?? [])
      .filter((person) => person.active && person.userId !== myId && !direct.has(person.userId))
      .map((person): Target => ({ type: 'person', key: person.userId, person }))
    return rank([...rows, ...others], text, namesOf).slice(0, shownRows)
  }, [conversations, people, myId, text])

  const open = (target: Target | undefined) => {
    if (target === undefined) return
    onClose()
    if (target.type === 'person') {
      const { userId } = target.person
      // Where no conversation can be made now, who they are can be read all the same.
      void messagePerson(userId).then((failure) => (failure === undefined ? undefined : showPerson(userId)))
      return
    }
    showPane('conversations')
    void openConversation(target.conversation.conversationId)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    const last = targets.length - 1
    if (event.key === 'Enter') open(targets[at])
    else if (event.key === 'ArrowDown') setAt(at >= last ? 0 : at + 1)
    else if (event.key === 'ArrowUp') setAt(at <= 0 ? last : at - 1)
    else return
    event.preventDefault()
  }
  useEffect(() => {
    list.current?.querySelector(`[data-index="${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const active = targets[at]
  return (
    <>
      <div className="switcher__box">
        <Search aria-hidden="true" />
        <input
          aria-activedescendant={active === undefined ? undefined : `${listId}-${at}`}
          aria-autocomplete="list"
          aria-controls={listId}
          aria-expanded="true"
          aria-label={t('switcher.label')}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the dialog is opened to type into it.
          autoFocus
          data-testid="switcher-box"
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          placeholder={t('switcher.placeholder')}
          role="combobox"
          spellCheck={false}
          type="text"
          value={text}
        />
      </div>
      <div className="switcher__heading">{t(text.trim() === '' ? 'switcher.recent' : 'switcher.results')}</div>
      <div aria-label={t('switcher.label')} className="switcher__list" id={listId} ref={list} role="listbox">
        {targets.map((target, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles the keys; focus never leaves it.
          // biome-ignore lint/a11y/useFocusableInteractive: options are pointed at with aria-activedescendant.
          <div
            aria-selected={index === at}
            className="switcher__row"
            data-index={index}
            data-testid="switcher-row"
            id={`${listId}-${index}`}
            key={target.key}
            onClick={() => open(target)}
            onPointerMove={() => setAt(index)}
            role="option"
          >
            {target.type === 'person' ? (
              <PersonAvatar id={target.person.userId} name={target.person.displayName} size="small" />
            ) : (
              <ConversationAvatar conversation={target.conversation} size="small" />
            )}
            <Text className="switcher__name ellipsis">{labelOf(target)}</Text>
            <Text className="switcher__aside ellipsis">{asideOf(target)}</Text>
            {unreadOf(target) > 0 && <span className="row__badge tabular">{unreadOf(target)}</span>}
            {index === at && <CornerDownLeft aria-hidden="true" />}
          </div>
        ))}
      </div>
      {targets.length === 0 && (
        <p className="switcher__none" role="status">
          {t('switcher.none', { text })}
        </p>
      )}
      <div aria-hidden="true" className="switcher__keys">
        <span>
          <kbd className="kbd">↑</kbd> <kbd className="kbd">↓</kbd> {t('switcher.move')}
        </span>
        <span>
          <kbd className="kbd">Enter</kbd> {t('switcher.open')}
        </span>
        <span>
          <kbd className="kbd">Esc</kbd> {t('switcher.dismiss')}
        </span>
      </div>
    </>
  )
}

function labelOf(target: Target): string {
  return target.type === 'person' ? target.person.displayName : target.conversation.name
}

function asideOf(target: Target): string {
  if (target.type === 'person') return target.person.department ?? ''
  return target.conversation.space ?? target.conversation.other?.department ?? ''
}

function namesOf(target: Target): readonly string[] {
  if (target.type === 'person') return [target.person.displayName, target.person.userName]
  const { name, other } = target.conversation
  return other === undefined ? [name] : [name, other.userName]
}

function unreadOf(target: Target): number {
  return target.type === 'conversation' ? badgeOf(target.conversation) : 0
}
