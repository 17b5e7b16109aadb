import { describe, expect, it } from 'vitest'
import { partsOf } from './hit-parts.ts'

const file = (name: string) => ({ name, mediaType: '', bytes: 1 })

describe('partsOf', () => {
  it('[UI40] tells the message from its file names, each with its own ranges', () => {
    const files = [file('plan.pdf'), file('plan b.png')]
    const text = 'the plan\nplan.pdf\nplan b.png'
    expect(
      partsOf({
        text,
        files,
        ranges: [
          [4, 8],
          [9, 13],
          [18, 22],
        ],
      }),
    ).toEqual({
      body: 'the plan',
      ranges: [[4, 8]],
      files: [
        { file: files[0], ranges: [[0, 4]] },
        { file: files[1], ranges: [[0, 4]] },
      ],
    })
  })

  it('[UI40] a range across the edge is cut at it', () => {
    const parts = partsOf({ text: 'ab\ncd', files: [file('cd')], ranges: [[1, 4]] })
    expect(parts.ranges).toEqual([[1, 2]])
    expect(parts.files[0]?.ranges).toEqual([[0, 1]])
  })

  it('[UI40] a message that happens to end like a file name keeps its words', () => {
    expect(partsOf({ text: 'see plan.pdf', ranges: [[4, 8]] })).toEqual({
      body: 'see plan.pdf',
      ranges: [[4, 8]],
      files: [],
    })
    const files = [file('other.pdf')]
    expect(partsOf({ text: 'see plan.pdf', files, ranges: [] }).body).toBe('see plan.pdf')
    expect(partsOf({ text: 'seeother.pdf', files, ranges: [] }).body).toBe('seeother.pdf')
  })
})
