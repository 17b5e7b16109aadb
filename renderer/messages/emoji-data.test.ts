import { describe, expect, it } from 'vitest'
import { emojiSchema } from '../../shared/model.ts'
import { findEmoji, loadEmoji, quickEmoji } from './emoji-data.ts'

describe('emoji', () => {
  it('[UI67] every one that is offered is one that a message takes, the six at hand among them', async () => {
    const all = await loadEmoji()
    expect(all.length).toBeGreaterThan(1500)
    expect(all.filter(({ emoji }) => !emojiSchema.safeParse(emoji).success)).toEqual([])
    const offered = new Set(all.map(({ emoji }) => emoji))
    expect(offered.size).toBe(all.length)
    expect(quickEmoji.filter((emoji) => !offered.has(emoji))).toEqual([])
  })

  it.each([
    ['tea', '🍵'],
    ['thumbs up', '👍'],
    ['茶', '🍵'],
    ['生日', '🎂'],
    ['飞机', '✈️'],
    ['飛機', '✈️'],
    ['Hong Kong', '🇭🇰'],
  ])('[UI67] %j finds %s, whatever the window’s language', async (text, expected) => {
    const found = findEmoji(await loadEmoji(), text).map(({ emoji }) => emoji)
    expect(found.slice(0, 12)).toContain(expected)
    expect(findEmoji(await loadEmoji(), 'qqqq')).toEqual([])
  })
})
