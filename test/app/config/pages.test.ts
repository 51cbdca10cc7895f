import { describe, expect, test } from 'vitest'
import { contrastOf } from '../../../app/config/colours.ts'
import { coloursOf, pagesSchema } from '../../../app/config/pages.ts'
import { markupOf } from '../../../app/http/public/page/html.ts'
import { createTheme } from '../../../app/http/public/page/theme.ts'

const problemsOf = (pages: object) =>
  pagesSchema.safeParse(pages).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

describe('settings of the public pages', () => {
  test('need nothing to be said, and the colours they come with can be read', () => {
    const pages = pagesSchema.parse({})
    expect(pages).toMatchObject({ lists: [], embed: 'review', proofOfWork: 'none', language: 'en' })
    expect(createTheme(pages, 'https://news.example/letters/')).toMatchObject({
      title: 'news.example',
      base: '/letters',
      origin: 'https://news.example/letters',
      imageSource: null,
    })
  })

  test('refuse colours that are none, and pairs that people cannot read', () => {
    expect(contrastOf('#000', '#ffffff')).toBeCloseTo(21)
    expect(problemsOf({ colours: { light: { accent: 'red;}*{display:none' } } })[0]).toContain(
      'must be a colour such as "#7a2e1d"',
    )
    expect(problemsOf({ colours: { light: { soft: '#cccccc' } } })).toEqual([
      expect.stringMatching(
        /^colours\.light\.soft: gives soft on paper a contrast of 1\.5; readers need 4\.5/,
      ),
    ])
  })

  test('choose what stands on an accent where nobody says it', () => {
    expect(coloursOf({ accent: '#ffd400' }, 'light').onAccent).toBe('#111111')
    expect(coloursOf({ accent: '#003366' }, 'light').onAccent).toBe('#ffffff')
  })

  test.each([
    ['logo', 'https://cdn.example/logo.png'],
    ['logo', '//cdn.example/logo.png'],
    ['logo', 'data:text/html;base64,AAAA'],
    ['logo', 'javascript:alert(1)'],
    ['imprint', 'javascript:alert(1)'],
    ['privacy', '//elsewhere.example'],
    ['privacy', '/privacy" onclick="'],
    ['lists', ['Not A Name']],
  ])('refuse %s: %s', (key, value) => {
    expect(problemsOf({ [key]: value })).toHaveLength(1)
  })

  test('a logo and a title end up as images and text alone', () => {
    const theme = createTheme(pagesSchema.parse({ logo: '/brand/logo.svg' }), 'https://news.example/letters')
    expect([theme.logo, theme.imageSource]).toEqual(['/letters/brand/logo.svg', "'self'"])
    expect(markupOf(theme.style)).not.toContain('</style><')
  })
})
