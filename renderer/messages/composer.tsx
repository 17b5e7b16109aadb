// Owns writing a message: Enter sends, Shift+Enter breaks the line, the draft stays with its conversation.
// Always holds: nothing is sent while an input method composes; text that main did not take comes back.

import { CircleAlert, SendHorizontal, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { draftOf } from '../state/drafts.ts'
import { languageOf } from '../text/script.ts'

/** The count of what is left appears this near to the limit, in UTF-16 units. */
const hintChars = 1000

export function Composer({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const { conversationId, kind, name } = conversation
  const draft = useWorkspace((state) => draftOf(state, conversationId))
  const away = useWorkspace((state) => state.session?.state === 'offline' || state.session?.state === 'update-required')
  const failure = useWorkspace((state) => state.actFailure)
  const dialog = useWorkspace((state) => state.dialog)
  const pane = useWorkspace((state) => state.pane)
  const { setDraft, saveDrafts, send, dismissActFailure } = useActions()
  const translator = useTranslator()
  const { t, language } = translator
  const field = useRef<HTMLTextAreaElement>(null)
  const noteId = useId()
  // Safari-like engines end a composition with the very Enter that confirms it; a keydown then must not send.
  const composedAt = useRef(0)

  // Opening a conversation leads to its composer, except from a search, whose box keeps the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on opening only; the component is keyed by conversation.
  useEffect(() => {
    // What was begun goes on at its end.
    field.current?.setSelectionRange(draft.length, draft.length)
    if (dialog === undefined && pane === 'conversations') field.current?.focus({ preventScroll: true })
  }, [])

  const over = draft.length - limits.bodyChars
  const canSend = draft.trim() !== '' && over <= 0
  const submit = () => {
    if (canSend) void send(conversationId)
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || event.altKey) return
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.timeStamp - composedAt.current < 20) return
    event.preventDefault()
    submit()
  }
  const placeholder = t('composer.placeholder', { name: kind === 'channel' ? `#${name}` : name })
  const note = over > 0 ? t('composer.over', { count: over }) : t('composer.left', { count: -over })
  const near = over > -hintChars

  return (
    <div className="composer">
      {failure !== undefined && (
        <div className="composer__alert" role="alert">
          <CircleAlert aria-hidden="true" />
          <span>{t('composer.failed', { reason: translator.failure(failure.code) })}</span>
          <IconButton className="icon-button--small" icon={X} label={t('details.close')} onClick={dismissActFailure} />
        </div>
      )}
      <div className="composer__box" data-over={over > 0 ? '' : undefined}>
        <textarea
          aria-describedby={noteId}
          aria-invalid={over > 0}
          aria-label={t('composer.label', { name })}
          className="composer__field"
          data-testid="composer"
          lang={draft === '' ? language : languageOf(draft, language)}
          onBlur={saveDrafts}
          onChange={(event) => setDraft(conversationId, event.target.value)}
          onCompositionEnd={(event) => {
            composedAt.current = event.timeStamp
          }}
          onKeyDown={onKeyDown}
          placeholder={placeholder}
          ref={field}
          rows={1}
          spellCheck={false}
          value={draft}
        />
        <IconButton
          aria-disabled={!canSend}
          className="composer__send"
          data-testid="send"
          icon={SendHorizontal}
          label={t('composer.send')}
          onClick={submit}
        />
      </div>
      <p className="composer__note" data-tone={over > 0 ? 'danger' : undefined} id={noteId}>
        {near ? <span className="tabular">{note}</span> : t(away ? 'composer.offline' : 'composer.hint')}
      </p>
    </div>
  )
}
