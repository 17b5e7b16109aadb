// Owns finding open channels and joining them. Always holds: an answer to an older question is not shown; the list keeps its
// height; without a connection it says why there is nothing, and asks again once there is one.

import { CloudOff, Hash, Search } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Browsed, FailureView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { useAct } from '../app/act.ts'
import { useIsConnected } from '../app/connection.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ModalDialog } from '../components/modal-dialog.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import './places.css'

/** Pause in typing after which it is asked, in milliseconds. */
const pauseMs = 200

interface Found {
  readonly text: string
  readonly channels: readonly Browsed[]
  readonly cursor: string | undefined
}

export function BrowseDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { browseConversations, joinConversation, openConversation, showPane, showDialog } = useActions()
  const isConnected = useIsConnected()
  const { t } = useTranslator()
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found>()
  const [failure, setFailure] = useState<FailureView>()
  const [joining, setJoining] = useState<ConversationId>()
  const [more, setMore] = useState(false)
  const join = useAct(onClose)
  const question = useRef(0)

  useEffect(() => {
    if (!isConnected) return
    const mine = ++question.current
    const timer = setTimeout(
      async () => {
        const answer = await browseConversations(text.trim())
        if (question.current !== mine) return
        setFailure(answer.ok ? undefined : answer.error)
        if (answer.ok) setFound({ text: text.trim(), channels: answer.value.found, cursor: answer.value.cursor })
      },
      text === '' ? 0 : pauseMs,
    )
    return () => clearTimeout(timer)
  }, [text, isConnected, browseConversations])

  const readMore = async () => {
    if (found?.cursor === undefined || more) return
    const mine = question.current
    setMore(true)
    const answer = await browseConversations(found.text, found.cursor)
    setMore(false)
    if (question.current !== mine) return
    setFailure(answer.ok ? undefined : answer.error)
    if (answer.ok)
      setFound({ ...found, channels: [...found.channels, ...answer.value.found], cursor: answer.value.cursor })
  }
  const open = (conversationId: ConversationId) => {
    onClose()
    showPane('conversations')
    void openConversation(conversationId)
  }

  return (
    <ModalDialog onClose={onClose} testId="browse" title={t('browse.title')}>
      <div className="modal__body">
        <div className="field">
          <Search aria-hidden="true" />
          <input
            aria-label={t('browse.filter')}
            autoComplete="off"
            // biome-ignore lint/a11y/noAutofocus: the dialog is opened to type into it.
            autoFocus
            data-testid="browse-box"
            maxLength={limits.conversationNameChars}
            onChange={(event) => setText(event.target.value)}
            placeholder={t('browse.filter')}
            spellCheck={false}
            type="search"
            value={text}
          />
        </div>
        <ProblemLine failure={failure ?? join.failure} />
        <div className="browse" role="status">
          {!isConnected ? (
            <StateMessage body={t('browse.offline')} compact icon={CloudOff} title={t('places.offline')} />
          ) : found === undefined ? undefined : found.channels.length === 0 ? (
            <StateMessage
              body={t(found.text === '' ? 'browse.none.body' : 'browse.noMatch.body')}
              compact
              icon={Hash}
              title={t(found.text === '' ? 'browse.none.title' : 'browse.noMatch.title')}
            />
          ) : (
            <ul aria-label={t('browse.title')} className="browse__list">
              {found.channels.map((channel) => (
                <li className="browse__row" data-testid="browse-row" key={channel.conversationId}>
                  <span aria-hidden="true" className="avatar avatar--medium avatar--plain">
                    <Hash />
                  </span>
                  <span className="member__lines">
                    <Text className="browse__name ellipsis">{channel.name}</Text>
                    <span className="browse__line ellipsis tabular">
                      {t('header.members', { count: channel.members })}
                      {channel.space !== undefined && (
                        <>
                          {' · '}
                          <Text>{channel.space}</Text>
                        </>
                      )}
                      {channel.topic !== undefined && channel.topic !== '' && (
                        <>
                          {' · '}
                          <Text>{channel.topic}</Text>
                        </>
                      )}
                    </span>
                  </span>
                  {channel.isMember ? (
                    <button
                      aria-label={t('browse.openNamed', { name: channel.name })}
                      className="button browse__open"
                      onClick={() => open(channel.conversationId)}
                      type="button"
                    >
                      {t('browse.open')}
                    </button>
                  ) : (
                    <ActButton
                      aria-label={t('browse.joinNamed', { name: channel.name })}
                      busy={join.busy && joining === channel.conversationId}
                      className="button browse__join"
                      data-testid="browse-join"
                      onClick={() => {
                        setJoining(channel.conversationId)
                        void join.run(() => joinConversation(channel.conversationId))
                      }}
                    >
                      {t('browse.join')}
                    </ActButton>
                  )}
                </li>
              ))}
              {found.cursor !== undefined && (
                <li className="browse__more">
                  <ActButton busy={more} onClick={() => void readMore()}>
                    {t('browse.more')}
                  </ActButton>
                </li>
              )}
            </ul>
          )}
        </div>
      </div>
      <footer className="modal__footer">
        <span className="modal__note">{t('browse.note')}</span>
        <button className="button" onClick={() => showDialog('new-channel')} type="button">
          {t('browse.new')}
        </button>
      </footer>
    </ModalDialog>
  )
}
