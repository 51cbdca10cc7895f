import type { LetterSource, TemplateBundle, TemplateFormat } from '../../../../engine/model/template.ts'
import {
  type CompiledLetter,
  type CompileOptions,
  compileLetter,
  type LetterData,
} from '../../../../engine/template/index.ts'

export function letterData(subscriber: Partial<LetterData['subscriber']> = {}): LetterData {
  return {
    subscriber: {
      id: 7,
      address: 'ada@example.org',
      name: 'Ada',
      language: null,
      timeZone: null,
      attributes: { city: 'London' },
      topics: { sea: 1 },
      ...subscriber,
    },
    items: [
      {
        id: 1,
        title: 'First & foremost',
        url: 'https://example.org/1?a=b&c=d',
        summary: 'What the tide left.',
        imageUrl: 'https://example.org/1.jpg',
        author: 'Zoë',
        language: 'en',
        topics: ['sea'],
        publishedAt: Date.UTC(2026, 10, 22, 23, 30),
        reason: 'because you follow Sea',
      },
      {
        id: 2,
        title: 'Second',
        url: 'https://example.org/2',
        summary: 'And what came for it.',
        imageUrl: null,
        author: null,
        language: 'en',
        topics: [],
        publishedAt: Date.UTC(2026, 10, 21, 8),
        reason: 'most read',
      },
    ],
    campaign: { name: 'spring', title: 'Spring', data: { tagline: 'Every morning' } },
    list: { name: 'daily', title: 'Daily News' },
    links: {
      unsubscribe: 'https://example.org/u/abc',
      preferences: 'https://example.org/p/abc',
      web: 'https://example.org/v/abc',
    },
    now: Date.UTC(2026, 10, 23, 7),
  }
}

type Letter = Partial<LetterSource> & {
  readonly format?: TemplateFormat
  readonly variants?: TemplateBundle['template']['variants']
  readonly partials?: TemplateBundle['partials']
  readonly options?: Partial<CompileOptions>
}

export function compile({
  format = 'html',
  variants = {},
  partials = {},
  options = {},
  ...source
}: Letter): Promise<CompiledLetter> {
  return compileLetter(
    {
      template: {
        name: 'letter',
        format,
        subject: 'Hello',
        preheader: '',
        body: '',
        text: '',
        variants,
        ...source,
      },
      partials,
    },
    {
      encoding: 'plain',
      subject: null,
      budgets: { maxLoops: 10_000, maxOutputBytes: 2_000_000, maxDepth: 16, maxMs: 1000 },
      language: 'en',
      timeZone: 'UTC',
      ...options,
    },
  )
}
