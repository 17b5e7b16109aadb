import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, it } from 'vitest'
import { failureCodes } from '../../shared/result.ts'
import { catalogs, languages, type MessageKey } from './catalog.ts'
import { chooseLanguage, formatLocale } from './language.ts'
import { createTranslator } from './translator.ts'

const keys = Object.keys(catalogs.en) as MessageKey[]

/** Names of the arguments of an ICU message, those within plurals included. Throws where it does not parse. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>()
  const walk = (elements: ReturnType<IntlMessageFormat['getAst']>) => {
    for (const element of elements) {
      if ('value' in element && element.type !== 0 && element.type !== 8) names.add(element.value)
      if ('options' in element && element.options !== undefined && element.options !== null)
        for (const option of Object.values(element.options)) walk(option.value)
    }
  }
  walk(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst())
  return [...names].sort()
}

describe('catalogs', () => {
  it.each(languages)('[UI12] %s has every key, each a sound ICU message with English’s arguments', (language) => {
    const catalog = catalogs[language]
    expect(Object.keys(catalog).sort()).toEqual([...keys].sort())
    for (const key of keys) {
      expect(catalog[key].trim(), key).not.toBe('')
      expect(argumentsOf(catalog[key]), key).toEqual(argumentsOf(catalogs.en[key]))
    }
  })

  it('[UI12] every failure code has its own sentence in each language', () => {
    for (const language of languages) {
      const translator = createTranslator(language, [])
      const sentences = Object.keys(failureCodes).map((code) => translator.failure(code))
      expect(new Set(sentences).size).toBe(sentences.length)
      expect(translator.failure('code-of-tomorrow')).toContain('code-of-tomorrow')
    }
  })

  it('[UI13] each Chinese catalog keeps to its script and usage', () => {
    const hant = Object.values(catalogs['zh-Hant-HK']).join('\n')
    const hans = Object.values(catalogs['zh-Hans']).join('\n')
    expect(hant).not.toMatch(/消息|频道|搜索|会话|服务器|账号|设置|这|们|说|网/)
    expect(hans).not.toMatch(/訊息|頻道|搜尋|對話|伺服器|帳戶|設定|這|們|說|網/)
    expect(hant).toContain('訊息')
    expect(hans).toContain('消息')
    // Chinese punctuation: a full-width mark after Han, never an ASCII comma or full stop.
    expect(hant).not.toMatch(/\p{Script=Han}[,;!?]|\p{Script=Han}\.(?!\.)/u)
    expect(hans).not.toMatch(/\p{Script=Han}[,;!?]|\p{Script=Han}\.(?!\.)/u)
  })

  it('[UI14] counts are told in each language’s form', () => {
    const en = createTranslator('en', [])
    expect(en.t('header.members', { count: 1 })).toBe('1 member')
    expect(en.t('header.members', { count: 1200 })).toBe('1,200 members')
    expect(createTranslator('zh-Hant-HK', []).t('header.members', { count: 8 })).toBe('8 位成員')
    expect(createTranslator('zh-Hans', []).t('header.members', { count: 8 })).toBe('8 位成员')
  })

  it('[UI14] a value is text, never markup or a message of its own', () => {
    expect(createTranslator('en', []).t('list.sender', { name: "<b>{x}</b> it's" })).toBe("<b>{x}</b> it's: ")
  })
})

describe('chooseLanguage', () => {
  it.each([
    [['zh-HK', 'en'], 'zh-Hant-HK'],
    [['zh-TW'], 'zh-Hant-HK'],
    [['zh-Hant-CN'], 'zh-Hant-HK'],
    [['zh-CN'], 'zh-Hans'],
    [['zh-Hans-HK'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['yue-HK'], 'zh-Hant-HK'],
    [['fr-FR', 'zh_HK'], 'zh-Hant-HK'],
    [['en-GB', 'zh-HK'], 'en'],
    [['fr-FR'], 'en'],
    [[], 'en'],
  ])('[UI15] system %j → %s', (tags, language) => {
    expect(chooseLanguage('system', tags)).toBe(language)
  })

  it('[UI15] a chosen language stands whatever the system says', () => {
    expect(chooseLanguage('zh-Hans', ['en-US'])).toBe('zh-Hans')
  })

  it('[UI15] dates follow the system’s region of that language, or Hong Kong’s', () => {
    expect(formatLocale('en', ['en-US'])).toBe('en-US')
    expect(formatLocale('en', ['zh-HK'])).toBe('en-HK')
    expect(formatLocale('zh-Hant-HK', ['en-US'])).toBe('zh-Hant-HK')
    expect(formatLocale('en', ['en-$$'])).toBe('en-HK')
  })
})

describe('dates', () => {
  const now = new Date(2025, 10, 23, 14, 2).getTime()
  const at = (day: number, hour: number, month = 10, year = 2025) => new Date(year, month, day, hour, 5).getTime()

  it('[UI16] a list row tells when in the shortest form', () => {
    const en = createTranslator('en', ['en-GB'])
    expect(en.shortDate(at(23, 9), now)).toBe('09:05')
    expect(en.shortDate(at(22, 23), now)).toBe('Yesterday')
    expect(en.shortDate(at(19, 9), now)).toBe('Wed')
    expect(en.shortDate(at(3, 9), now)).toBe('3 Nov')
    expect(en.shortDate(at(3, 9, 10, 2024), now)).toBe('3 Nov 2024')
    expect(createTranslator('zh-Hant-HK', []).shortDate(at(3, 9), now)).toBe('11月3日')
  })

  it('[UI16] times are of 24 hours in every language, midnight included', () => {
    for (const language of languages) {
      const translator = createTranslator(language, ['en-US'])
      expect(translator.time(new Date(2025, 10, 23, 0, 5).getTime())).toBe('00:05')
      expect(translator.time(new Date(2025, 10, 23, 23, 5).getTime())).toBe('23:05')
    }
  })

  it('[UI16] a day separator names today and yesterday, and the year only where it differs', () => {
    const en = createTranslator('en', ['en-GB'])
    expect(en.day(at(23, 0), now)).toBe('Today')
    expect(en.day(at(22, 0), now)).toBe('Yesterday')
    expect(en.day(at(3, 0), now)).toBe('Monday 3 November')
    expect(en.day(at(3, 0, 10, 2024), now)).toMatch(/2024/)
    expect(createTranslator('zh-Hans', []).day(at(23, 0), now)).toBe('今天')
  })

  it('[UI16] a moment carries the weekday within a week and the date beyond', () => {
    const en = createTranslator('en', ['en-GB'])
    expect(en.moment(at(23, 16), now)).toBe('16:05')
    expect(en.moment(at(26, 16), now)).toMatch(/^Wed,? 16:05$/)
    expect(en.moment(at(3, 16, 11), now)).toMatch(/3 Dec/)
  })
})
