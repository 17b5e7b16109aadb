// Owns choosing an emoji for a message: six at hand, and all of them by groups or by name in three languages.
// Always holds: the focus stays in the search field; arrows move over the grid and Enter chooses.

import { Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { MessageView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import type { WritingPlace } from '../state/writing.ts'
import { type Emoji, findEmoji, loadEmoji, quickEmoji } from './emoji-data.ts'
import { Popover } from './popover.tsx'

/** Emoji in one row of the grid. */
const columns = 8
const groups = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const

type Row =
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'emoji'; readonly emoji: readonly Emoji[]; readonly from: number }

interface EmojiPopoverProps {
  readonly message: MessageView
  readonly place: WritingPlace
  readonly anchor: HTMLElement
  readonly onClose: () => void
}

export function EmojiPopover({ message, place, anchor, onClose }: EmojiPopoverProps): ReactNode {
  const { react } = useActions()
  const { t } = useTranslator()
  const { seq, reactions = [] } = message
  const mine = new Set(reactions.filter((reaction) => reaction.mine).map((reaction) => reaction.emoji))
  const isFull = reactions.length >= limits.emojiPerMessage
  const choose = (emoji: string) => {
    const isThere = reactions.some((reaction) => reaction.emoji === emoji)
    if (seq === undefined || (isFull && !isThere)) return
    onClose()
    void react(place.conversationId, seq, emoji, !mine.has(emoji))
  }
  return (
    <Popover anchor={anchor} label={t('emoji.label')} onClose={onClose} testId="emoji-picker">
      <EmojiPicker mine={mine} note={isFull ? t('reactions.full') : undefined} onChoose={choose} />
    </Popover>
  )
}

interface EmojiPickerProps {
  readonly mine: ReadonlySet<string>
  readonly note: string | undefined
  readonly onChoose: (emoji: string) => void
}

function EmojiPicker({ mine, note, onChoose }: EmojiPickerProps): ReactNode {
  const { t, language } = useTranslator()
  const [all, setAll] = useState<readonly Emoji[]>([])
  const [state, setState] = useState<'loading' | 'here' | 'failed'>('loading')
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const list = useRef<VirtualizerHandle>(null)

  useEffect(() => {
    let isGone = false
    loadEmoji().then(
      (loaded) => {
        if (isGone) return
        setAll(loaded)
        setState('here')
      },
      () => isGone || setState('failed'),
    )
    return () => {
      isGone = true
    }
  }, [])

  const { rows, cells } = useMemo(() => {
    const made: Row[] = []
    const flat: Emoji[] = []
    const add = (heading: string | undefined, emoji: readonly Emoji[]) => {
      if (emoji.length === 0) return
      if (heading !== undefined) made.push({ type: 'heading', text: heading })
      for (let from = 0; from < emoji.length; from += columns) {
        const part = emoji.slice(from, from + columns)
        made.push({ type: 'emoji', emoji: part, from: flat.length })
        flat.push(...part)
      }
    }
    if (text.trim() !== '') add(undefined, findEmoji(all, text))
    else {
      add(
        t('emoji.quick'),
        quickEmoji.map((emoji) => all.find((one) => one.emoji === emoji) ?? bare(emoji)),
      )
      for (const group of groups)
        add(
          t(`emoji.group.${group}`),
          all.filter((one) => one.group === group),
        )
    }
    return { rows: made, cells: flat }
  }, [all, text, t])

  const rowOf = (index: number) =>
    rows.findIndex((row) => row.type === 'emoji' && index >= row.from && index < row.from + row.emoji.length)
  const move = (to: number) => {
    const index = Math.max(0, Math.min(cells.length - 1, to))
    setAt(index)
    const row = rowOf(index)
    list.current?.scrollToIndex(row <= 1 ? 0 : row, { align: 'nearest' })
  }
  /** The cell above or below, by column; rows before a heading may be shorter. */
  const vertical = (step: 1 | -1) => {
    const row = rows[rowOf(at)]
    if (row?.type !== 'emoji') return
    let next = rowOf(at) + step
    while (rows[next]?.type === 'heading') next += step
    const target = rows[next]
    if (target?.type === 'emoji') move(target.from + Math.min(at - row.from, target.emoji.length - 1))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    const { selectionStart, value } = event.currentTarget
    const current = cells[at]
    if (event.key === 'Enter' && current !== undefined) onChoose(current.emoji)
    else if (event.key === 'ArrowDown') vertical(1)
    else if (event.key === 'ArrowUp') vertical(-1)
    // Within the words typed, left and right are the caret's.
    else if (event.key === 'ArrowRight' && selectionStart === value.length) move(at + 1)
    else if (event.key === 'ArrowLeft' && (value === '' || at > 0)) move(at - 1)
    else return
    event.preventDefault()
  }

  const current = cells[at]
  return (
    <div className="emoji">
      <div className="emoji__search">
        <span className="field">
          <Search aria-hidden="true" />
          <input
            aria-activedescendant={current === undefined ? undefined : `${id}-${at}`}
            aria-autocomplete="list"
            aria-controls={`${id}-grid`}
            aria-expanded="true"
            aria-label={t('emoji.search')}
            autoComplete="off"
            // biome-ignore lint/a11y/noAutofocus: the picker is opened to type into it.
            autoFocus
            data-testid="emoji-search"
            onChange={(event) => {
              setText(event.target.value)
              setAt(0)
              list.current?.scrollTo(0)
            }}
            onKeyDown={onKeyDown}
            placeholder={t('emoji.search')}
            role="combobox"
            spellCheck={false}
            type="text"
            value={text}
          />
        </span>
      </div>
      <div aria-label={t('emoji.label')} className="emoji__list" id={`${id}-grid`} role="listbox">
        <Virtualizer data={rows} ref={list}>
          {(row) =>
            row.type === 'heading' ? (
              <div aria-hidden="true" className="emoji__heading" key={row.text}>
                {row.text}
              </div>
            ) : (
              <div className="emoji__row" key={row.from} role="none">
                {row.emoji.map((one, column) => {
                  const place = row.from + column
                  return (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles the keys; focus never leaves it.
                    // biome-ignore lint/a11y/useFocusableInteractive: options are pointed at with aria-activedescendant.
                    <div
                      aria-label={one.labels[language]}
                      aria-selected={place === at}
                      className={mine.has(one.emoji) ? 'emoji__cell emoji__cell--mine' : 'emoji__cell'}
                      data-emoji={one.emoji}
                      data-testid="emoji"
                      id={`${id}-${place}`}
                      key={one.emoji}
                      onClick={() => onChoose(one.emoji)}
                      onPointerMove={() => setAt(place)}
                      role="option"
                    >
                      {one.emoji}
                    </div>
                  )
                })}
              </div>
            )
          }
        </Virtualizer>
      </div>
      <div aria-live="polite" className="emoji__foot ellipsis">
        {note ??
          (state === 'failed'
            ? t('emoji.failed')
            : cells.length === 0
              ? t('emoji.none', { text })
              : state === 'loading'
                ? t('emoji.loading')
                : current?.labels[language])}
      </div>
    </div>
  )
}

/** An emoji whose names are not here yet. */
function bare(emoji: string): Emoji {
  return { emoji, group: 0, labels: { en: emoji, 'zh-Hant-HK': emoji, 'zh-Hans': emoji }, words: '' }
}
