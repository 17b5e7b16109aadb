// Owns the settings of this window, in a file of the profile: how it looks, when it locks, what it notifies of.
// Always holds: nothing confidential is among them; a file of an earlier version keeps what it knows, a damaged one counts
// as none.

import { type CallArgs, defaultSettings, type Settings, settingsSchema } from '../shared/bridge.ts'
import type { Profile } from './profile/profile.ts'

const SETTINGS_FILE = 'settings.json'

/** The settings of a profile; the defaults for what it does not say. */
export function readSettings(profile: Pick<Profile, 'read'>): Settings {
  try {
    const bytes = profile.read(SETTINGS_FILE)
    const parsed = settingsSchema.safeParse({
      ...defaultSettings,
      ...(bytes && JSON.parse(Buffer.from(bytes).toString('utf8'))),
    })
    return parsed.success ? parsed.data : defaultSettings
  } catch {
    return defaultSettings
  }
}

/** Keeps the settings. Throws a FailureError where the profile cannot be written. */
export function writeSettings(profile: Pick<Profile, 'write'>, settings: Settings): void {
  profile.write(SETTINGS_FILE, Buffer.from(`${JSON.stringify(settings)}\n`))
}

/** `settings` with what `change` says. */
export function changeSettings(settings: Settings, change: CallArgs<'setSettings'>): Settings {
  return {
    theme: change.theme ?? settings.theme,
    language: change.language ?? settings.language,
    listWidthPx: change.listWidthPx ?? settings.listWidthPx,
    lockAfterMinutes: change.lockAfterMinutes ?? settings.lockAfterMinutes,
    notify: change.notify ?? settings.notify,
    // null is a wish too: none.
    quietHours: change.quietHours === undefined ? settings.quietHours : change.quietHours,
  }
}
