// Owns the few words that a host itself shows (tray menu, start-up failures), in the product's languages.

interface HostWords {
  readonly open: string
  readonly quit: string
  readonly cannotStart: string
}

const english: HostWords = { open: 'Open Causeway', quit: 'Quit', cannotStart: 'Causeway cannot start' }
const traditional: HostWords = { open: '開啟 Causeway', quit: '結束', cannotStart: 'Causeway 無法啟動' }
const simplified: HostWords = { open: '打开 Causeway', quit: '退出', cannotStart: 'Causeway 无法启动' }

/** The words for the first of these BCP 47 tags that is one of ours, English otherwise. */
export function wordsFor(languages: readonly string[]): HostWords {
  for (const tag of languages) {
    if (/^zh\b.*\b(?:Hant|HK|TW|MO)\b/i.test(tag)) return traditional
    if (/^zh\b/i.test(tag)) return simplified
    if (/^en\b/i.test(tag)) return english
  }
  return english
}
