import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { de } from './de.ts'
import { en } from './en.ts'
import { createFormat, type Format } from './format.ts'

/** Every text of the console, by language. A language is a file that has them all: the compiler says which are missing. */
export type Words = typeof en
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const catalogues: { readonly [L in Language]: Words } = { en, de }
const key = 'broadsheet.language'
const zoneKey = 'broadsheet.timeZone'

const WordsContext = createContext<{
  readonly language: Language
  readonly choose: (language: Language) => void
  /** Null: the browser's. */
  readonly timeZone: string | null
  readonly chooseZone: (timeZone: string | null) => void
  readonly words: Words
  readonly format: Format
} | null>(null)

const isLanguage = (text: string | null): text is Language => text !== null && text in languages

/** The one chosen before, else the first of the browser's that there is. */
function firstLanguage(): Language {
  const chosen = localStorage.getItem(key)
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en'
}

/** What was kept may be of another browser, which knew more zones. */
function firstZone(): string | null {
  const chosen = localStorage.getItem(zoneKey)
  return chosen !== null && Intl.supportedValuesOf('timeZone').includes(chosen) ? chosen : null
}

export function WordsProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState(firstLanguage)
  const [timeZone, setTimeZone] = useState(firstZone)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const value = useMemo(
    () => ({
      language,
      choose: (next: Language) => {
        localStorage.setItem(key, next)
        setLanguage(next)
      },
      timeZone,
      chooseZone: (next: string | null) => {
        if (next === null) localStorage.removeItem(zoneKey)
        else localStorage.setItem(zoneKey, next)
        setTimeZone(next)
      },
      words: catalogues[language],
      format: createFormat(
        language === 'en' ? 'en-GB' : 'de-DE',
        catalogues[language].shell.units,
        timeZone ?? undefined,
      ),
    }),
    [language, timeZone],
  )
  return <WordsContext value={value}>{children}</WordsContext>
}

const useCatalogue = () => {
  const value = useContext(WordsContext)
  if (value === null) throw new Error('There is no WordsProvider around this.')
  return value
}

export const useWords = (): Words => useCatalogue().words
export const useFormat = (): Format => useCatalogue().format
export const useLanguage = (): readonly [Language, (language: Language) => void] => {
  const { language, choose } = useCatalogue()
  return [language, choose]
}
export const useTimeZone = (): readonly [string | null, (timeZone: string | null) => void] => {
  const { timeZone, chooseZone } = useCatalogue()
  return [timeZone, chooseZone]
}
