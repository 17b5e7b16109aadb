import { afterEach, describe, expect, it } from 'vitest'
import { defaultSettings, type SessionView, type Settings } from '../../shared/bridge.ts'
import { useWorkspace } from '../app/workspace-context.ts'
import { ok, sessionOf } from '../dev/fake-host.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { minuteOf, NotifySection } from './notify-section.tsx'

let staged: Staged
afterEach(() => staged?.remove())

function Section() {
  const settings = useWorkspace((state) => state.session?.settings)
  return settings === undefined ? undefined : <NotifySection settings={settings} />
}
async function open(change: Partial<Settings> = {}, session: Partial<SessionView> = {}) {
  let settings: Settings = { ...defaultSettings, ...change }
  staged = await stage(<Section />, {
    state: { session: sessionOf({ settings, ...session }) },
    answers: {
      setSettings: (next) => {
        settings = Object.assign({ ...settings }, next)
        return ok(settings)
      },
    },
  })
}
const asked = () => staged.host.asked.filter(({ name }) => name === 'setSettings').map(({ args }) => args)
const leave = (testId: string) =>
  staged.settle(() => staged.get(testId).dispatchEvent(new FocusEvent('focusout', { bubbles: true })))

describe('notifications in the settings', () => {
  it('[UI87] quiet hours are put on with usual times, and put off without forgetting them', async () => {
    await open()
    await staged.click('quiet-hours')
    expect(asked().at(-1)).toEqual({ quietHours: { fromMinute: 1200, toMinute: 480 } })
    await staged.type('quiet-from', '21:30')
    await leave('quiet-from')
    expect(asked().at(-1)).toEqual({ quietHours: { fromMinute: 1290, toMinute: 480 } })
    await staged.click('quiet-hours')
    expect(asked().at(-1)).toEqual({ quietHours: null })
    await staged.click('quiet-hours')
    expect(asked().at(-1)).toEqual({ quietHours: { fromMinute: 1290, toMinute: 480 } })
  })

  it('[UI87] a time that is none is not saved; the arrows move it over midnight', async () => {
    await open({ quietHours: { fromMinute: 1435, toMinute: 480 } })
    await staged.type('quiet-from', '25:00')
    expect(staged.get('quiet-from').getAttribute('aria-invalid')).toBe('true')
    await leave('quiet-from')
    expect(asked()).toEqual([])
    expect(staged.get<HTMLInputElement>('quiet-from').value).toBe('23:55')
    await staged.settle(() =>
      staged.get('quiet-from').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true })),
    )
    expect(asked()).toEqual([{ quietHours: { fromMinute: 10, toMinute: 480 } }])
  })

  it.each([
    [undefined, 'decided by your organisation'],
    ['full', 'shows the sender and the message'],
    ['sender', 'shows who wrote, not what'],
    ['hidden', 'shows neither the sender nor the message'],
  ] as const)('[UI87] says how much a notification tells by policy (%s)', async (notifications, text) => {
    await open({}, notifications && { notifications })
    expect(staged.page.textContent).toContain(text)
  })

  it('[UI87] reads a time as people type it', () => {
    expect(minuteOf('0:05')).toBe(5)
    expect(minuteOf('２０：０５')).toBe(1205)
    expect(minuteOf('2005')).toBe(1205)
    expect(minuteOf('20:60')).toBeUndefined()
    expect(minuteOf('')).toBeUndefined()
  })
})
