// Owns writing a message, in a conversation or in a thread, and editing one: Enter sends, Shift+Enter breaks the line (in a
// block of code Enter does), @ names people, the platform's keys format, ArrowUp in an empty field edits one's last.
// Always holds: nothing is sent while an input method composes; text that main did not take comes back.

import { CircleAlert, SendHorizontal, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { ConversationView, MessageView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { shortcut } from '../app/shortcuts.ts'
import { useActions, useStateReader, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { AttachButton } from '../files/attach-button.tsx'
import { AttachmentTray, attachingNote, RefusedFiles, useAttaching } from '../files/attachment-tray.tsx'
import { filesToSend } from '../state/files.ts'
import { fieldText, placeKey, writingAt } from '../state/writing.ts'
import { toggleMark } from '../text/formatting.ts'
import { isInCodeBlock } from '../text/markdown.ts'
import { insertMention, type Suggestion } from '../text/mentions.ts'
import { languageOf } from '../text/script.ts'
import { ComposerContext } from './composer-context.tsx'
import { replaceText } from './field-edit.ts'
import { MentionList } from './mention-list.tsx'
import { useMentionTyping } from './mention-typing.ts'
import { lastEditable } from './message-rights.ts'

/** The count of what is left appears this near to the limit, in UTF-16 units. */
const hintChars = 1000
/** What the platform's key with a letter puts around the selection. */
const marks: Readonly<Record<string, string>> = { b: '**', i: '*', e: '`' }

interface ComposerProps {
  readonly conversation: ConversationView
  /** Writes in the thread of this message. */
  readonly threadSeq?: number
  /** The messages above: whose writers are suggested first, and of which the last of one's own can be edited. */
  readonly messages: readonly MessageView[]
}

const isMac = navigator.platform.startsWith('Mac')

export function Composer({ conversation, threadSeq, messages }: ComposerProps): ReactNode {
  const { conversationId, kind, name } = conversation
  const place = { conversationId, threadSeq }
  const text = useWorkspace((state) => fieldText(state, place))
  const { mentions: chosen, quote, edit } = useWorkspace((state) => writingAt(state, place))
  const may = useWorkspace((state) => state.session?.may)
  const away = useWorkspace((state) => state.session?.state === 'offline' || state.session?.state === 'update-required')
  // Told once: in the thread where one is open.
  const failure = useWorkspace((state) => (state.thread?.rootSeq === threadSeq ? state.actFailure : undefined))
  const actions = useActions()
  const read = useStateReader()
  const translator = useTranslator()
  const { t, language } = translator
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const [caret, setCaret] = useState(text.length)
  const nextCaret = useRef<number>(undefined)
  // Safari-like engines end a composition with the very Enter that confirms it; a keydown then must not send.
  const composedAt = useRef(0)
  const mentions = edit?.mentions ?? chosen
  const recent = recentWriters(messages)
  const typing = useMentionTyping(conversation, text, caret, mentions, recent)

  // Opening a conversation leads to its composer, except from a search, whose box keeps the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on opening only; the component is keyed by place.
  useEffect(() => {
    // What was begun goes on at its end.
    field.current?.setSelectionRange(text.length, text.length)
    const { dialog, pane } = read()
    if (dialog === undefined && pane === 'conversations') field.current?.focus({ preventScroll: true })
  }, [])
  // A message that comes into the field to be edited is edited at its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another message comes, not while it is typed.
  useLayoutEffect(() => {
    field.current?.setSelectionRange(text.length, text.length)
    setCaret(text.length)
  }, [edit?.seq])
  useLayoutEffect(() => {
    if (nextCaret.current === undefined) return
    field.current?.setSelectionRange(nextCaret.current, nextCaret.current)
    nextCaret.current = undefined
  })

  const over = text.length - limits.bodyChars
  // Files go with a conversation's draft: neither with a reply in a thread nor with an edit.
  const attaching = useAttaching(conversationId)
  const takesFiles = threadSeq === undefined && edit === undefined
  const fileIds = takesFiles ? filesToSend(attaching) : []
  const canSend = over <= 0 && fileIds !== undefined && (text.trim() !== '' || fileIds.length > 0)
  const filesNote = takesFiles ? attachingNote(attaching) : undefined
  const focusHere = () => field.current?.focus()
  const submit = () => {
    if (canSend) void actions.send(conversationId, threadSeq)
    field.current?.focus()
  }
  const choose = (suggestion: Suggestion | undefined) => {
    const element = field.current
    if (element === null || suggestion === undefined || typing.start === undefined) return
    const next = insertMention(text, mentions, { start: typing.start, caret }, suggestion)
    const tail = text.length - caret
    replaceText(element, typing.start, caret, next.text.slice(typing.start, next.text.length - tail))
    actions.write(place, next.text, next.caret, next.mentions)
    nextCaret.current = next.caret
    setCaret(next.caret)
  }
  const format = (mark: string) => {
    const element = field.current
    if (element === null) return
    const change = toggleMark({ text: element.value, start: element.selectionStart, end: element.selectionEnd }, mark)
    replaceText(element, change.from, change.to, change.text)
    element.setSelectionRange(change.start, change.end)
  }
  const onMentionKey = (event: KeyboardEvent): boolean => {
    if (typing.start === undefined) return false
    const last = typing.suggestions.length - 1
    if (event.key === 'ArrowDown') typing.point(typing.at >= last ? 0 : typing.at + 1)
    else if (event.key === 'ArrowUp') typing.point(typing.at <= 0 ? last : typing.at - 1)
    else if ((event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) || event.key === 'Tab')
      choose(typing.suggestions[typing.at])
    else if (event.key === 'Escape') typing.putAway()
    else return false
    return true
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.timeStamp - composedAt.current < 20) return
    const command = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
    const mark = event.shiftKey && event.key.toLowerCase() === 'x' ? '~~' : marks[event.key.toLowerCase()]
    if (onMentionKey(event)) {
      event.preventDefault()
      event.stopPropagation()
    } else if (event.key === 'Enter') {
      const breaks =
        event.shiftKey || event.altKey || (!command && isInCodeBlock(text, event.currentTarget.selectionStart))
      if (breaks) return
      event.preventDefault()
      submit()
    } else if (command && !event.altKey && mark !== undefined && (mark === '~~' || !event.shiftKey)) {
      event.preventDefault()
      format(mark)
    } else if (event.key === 'Escape' && (edit !== undefined || quote !== undefined)) {
      event.preventDefault()
      event.stopPropagation()
      if (edit !== undefined) actions.cancelEdit(place)
      else actions.quoteMessage(place, undefined)
    } else if (event.key === 'ArrowUp' && text === '' && !event.shiftKey && !event.altKey && !command) {
      const last = lastEditable(messages, may, conversation.archived)
      if (last === undefined) return
      event.preventDefault()
      actions.editMessage(place, last)
    }
  }

  const isThread = threadSeq !== undefined
  const shown = kind === 'channel' ? `#${name}` : name
  const placeholder = isThread ? t('thread.placeholder') : t('composer.placeholder', { name: shown })
  const note = over > 0 ? t('composer.over', { count: over }) : t('composer.left', { count: -over })
  const isNear = over > -hintChars
  const isCode = text.includes('```') && isInCodeBlock(text, caret)
  const hint =
    edit !== undefined
      ? t('edit.hint')
      : isCode
        ? t('compose.codeHint', { shortcut: shortcut('Enter') })
        : filesNote !== undefined
          ? t(filesNote)
          : t(away ? 'composer.offline' : 'composer.hint')
  const showsList = typing.start !== undefined
  const sendLabel = t(edit === undefined ? 'composer.send' : 'edit.save')

  return (
    <div className={isThread ? 'composer composer--thread' : 'composer'}>
      {failure !== undefined && (
        <div className="composer__alert" role="alert">
          <CircleAlert aria-hidden="true" />
          <span>{t('refused.failed', { reason: translator.failure(failure.code) })}</span>
          <IconButton
            className="icon-button--small"
            icon={X}
            label={t('details.close')}
            onClick={actions.dismissActFailure}
          />
        </div>
      )}
      {takesFiles && attaching.refused.length > 0 && (
        <RefusedFiles conversationId={conversationId} focusField={focusHere} refused={attaching.refused} />
      )}
      <div
        className="composer__box"
        data-editing={edit === undefined ? undefined : ''}
        data-over={over > 0 ? '' : undefined}
      >
        {showsList && (
          <MentionList
            at={typing.at}
            id={`${id}-list`}
            onChoose={choose}
            onPoint={typing.point}
            suggestions={typing.suggestions}
          />
        )}
        <ComposerContext
          edit={edit !== undefined}
          onCancelEdit={() => {
            actions.cancelEdit(place)
            field.current?.focus()
          }}
          onDropQuote={() => {
            actions.quoteMessage(place, undefined)
            field.current?.focus()
          }}
          quote={edit === undefined ? quote : undefined}
          waits={edit !== undefined && hasDraft(read(), place)}
        />
        {takesFiles && <AttachmentTray attaching={attaching} conversationId={conversationId} focusField={focusHere} />}
        <div className="composer__line">
          {takesFiles && <AttachButton conversationId={conversationId} onDone={focusHere} />}
          <textarea
            aria-activedescendant={showsList ? `${id}-list-${typing.at}` : undefined}
            aria-autocomplete="list"
            aria-controls={showsList ? `${id}-list` : undefined}
            aria-describedby={`${id}-note`}
            aria-invalid={over > 0}
            aria-label={isThread ? t('thread.placeholder') : t('composer.label', { name })}
            className="composer__field"
            data-place={placeKey(place)}
            data-testid={isThread ? 'thread-composer' : 'composer'}
            lang={text === '' ? language : languageOf(text, language)}
            onBlur={actions.saveDrafts}
            onChange={(event) => {
              const { value, selectionEnd } = event.target
              setCaret(selectionEnd)
              actions.write(place, value, selectionEnd)
              if (value !== '' && edit === undefined) actions.noteTyping(conversationId, threadSeq)
            }}
            onCompositionEnd={(event) => {
              composedAt.current = event.timeStamp
            }}
            onKeyDown={onKeyDown}
            onSelect={(event) => setCaret(event.currentTarget.selectionEnd)}
            placeholder={placeholder}
            ref={field}
            rows={1}
            spellCheck={false}
            value={text}
          />
          <IconButton
            aria-disabled={!canSend}
            className="composer__send"
            data-testid={isThread ? 'thread-send' : 'send'}
            icon={SendHorizontal}
            label={sendLabel}
            onClick={submit}
          />
        </div>
      </div>
      <p className="composer__note" data-tone={over > 0 ? 'danger' : undefined} id={`${id}-note`}>
        {isNear ? <span className="tabular">{note}</span> : hint}
      </p>
      <p aria-live="polite" className="visually-hidden">
        {showsList ? t('mention.count', { count: typing.suggestions.length }) : ''}
      </p>
    </div>
  )
}

function hasDraft(
  state: ReturnType<ReturnType<typeof useStateReader>>,
  place: { conversationId: ConversationView['conversationId']; threadSeq: number | undefined },
): boolean {
  const { edit: _, ...rest } = writingAt(state, place)
  const bare = { ...state, writing: { ...state.writing, [placeKey(place)]: { ...rest, edit: undefined } } }
  return fieldText(bare, place) !== ''
}

/** Who wrote last, first. */
function recentWriters(messages: readonly MessageView[]) {
  return [
    ...new Set(
      messages
        .slice(-30)
        .reverse()
        .map((message) => message.senderId),
    ),
  ]
}
