import fc from 'fast-check'
import { Liquid } from 'liquidjs'
import { describe, expect, test } from 'vitest'
import { compile, letterData } from './support/letter.ts'

const liquid = new Liquid({ locale: 'en-US' })
const directives = 'aAbBCdeHhIjklLmMNpPqsSuUwWyYzZ%nt'.split('')
const conversion = fc
  .tuple(
    fc.constantFrom('', '', '', '-', '_', '0', '^', '#', ':', '_^'),
    fc.constantFrom('', '', '', '2', '5', '12'),
    fc.constantFrom(...directives, 'Q', 'é'),
  )
  .map(([flags, width, letter]) => `%${flags}${width}${letter}`)
const pattern = fc
  .array(fc.oneof(conversion, fc.constantFrom(' ', '-', 'at', ':', '100%')), { maxLength: 6 })
  .map((list) => list.join(''))
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'America/Caracas',
  'Australia/Lord_Howe',
]

async function show(source: string, subscriber = {}, options = {}): Promise<string> {
  const letter = await compile({ body: source, options })
  expect(letter.problems).toEqual([])
  return letter.render(letterData(subscriber)).html
}

describe('date', () => {
  test('writes every pattern as LiquidJS, in every zone', async () => {
    const letter = await compile({
      body: '{{ campaign.data.at | date: campaign.data.pattern, campaign.data.zone | raw }}',
    })
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2080, 0) }),
        pattern,
        fc.constantFrom(...zones),
        (at, pattern, zone) => {
          const data = { ...letterData(), campaign: { name: '', title: '', data: { at, pattern, zone } } }
          const theirs = liquid.parseAndRenderSync('{{ at | date: pattern, zone }}', {
            at: new Date(at).toISOString(),
            pattern,
            zone,
          }) as string
          expect(letter.render(data).html).toBe(theirs)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('takes the zone of the subscriber, else the default, else the one that is named', async () => {
    const source = "{{ items[0].publishedAt | date: '%d %H:%M %z' }}"
    expect(await show(source)).toBe('22 23:30 +0000')
    expect(await show(source, {}, { timeZone: 'America/New_York' })).toBe('22 18:30 -0500')
    expect(await show(source, { timeZone: 'Europe/Berlin' }, { timeZone: 'America/New_York' })).toBe(
      '23 00:30 +0100',
    )
    expect(
      await show("{{ items[0].publishedAt | date: '%d %H:%M', 'Asia/Tokyo' }}", {
        timeZone: 'Europe/Berlin',
      }),
    ).toBe('23 08:30')
    expect(await show("{{ items[0].publishedAt | date: '%H:%M', -120 }}")).toBe('01:30')
  })

  test('names days and months in the language of the letter', async () => {
    const variants = {
      de: { subject: '', preheader: '', body: "{{ now | date: '%A, %-d. %B, %a %b' }}", text: '' },
    }
    const letter = await compile({ body: "{{ now | date: '%A, %-d %B, %a %b' }}", variants })
    const html = (language: string | null): string => letter.render(letterData({ language })).html
    expect(html(null)).toBe('Monday, 23 November, Mon Nov')
    expect(html('de-AT')).toBe('Montag, 23. November, Mo Nov')
    // There is no French letter: an English one has English days.
    expect(html('fr')).toBe('Monday, 23 November, Mon Nov')
    expect(html('en-GB')).toBe('Monday, 23 November, Mon Nov')
  })

  test('"now" is when the publication started', async () => {
    expect(await show("{{ 'now' | date: '%Y-%m-%dT%H:%M' }} {{ 'today' | date: '%j' }}")).toBe(
      '2026-11-23T07:00 327',
    )
  })

  test('reads milliseconds, ISO 8601 and mail dates; a time without a zone stands as it is', async () => {
    const at = (value: string): Promise<string> =>
      show(`{{ ${value} | date: '%Y-%m-%d %H:%M' }}`, { timeZone: 'America/New_York' })
    expect(await at('1795332600000')).toBe('2026-11-22 02:30')
    expect(await at("'1795332600000'")).toBe('2026-11-22 02:30')
    expect(await at("'2026-03-08'")).toBe('2026-03-08 00:00')
    expect(await at("'2026-07-04 09:15'")).toBe('2026-07-04 09:15')
    expect(await at("'2026-07-04T09:15:00Z'")).toBe('2026-07-04 05:15')
    expect(await at("'2026-07-04T09:15:00+02:00'")).toBe('2026-07-04 03:15')
    expect(await at("'Sat, 04 Jul 2026 09:15:00 +0200'")).toBe('2026-07-04 03:15')
    expect(await at("'July 4, 2026'")).toBe('2026-07-04 00:00')
    expect(await at("'1850-02-03'")).toBe('1850-02-03 00:00')
  })

  test('leaves alone what is no time', async () => {
    expect(
      await show(
        "{{ 'soon' | date: '%Y' }}{{ nil | date: '%Y' }}{{ true | date: '%Y' }}{{ '2026-02-31' | date: '%Y' }}",
      ),
    ).toBe('soontrue2026-02-31')
  })

  test('daylight saving comes and goes', async () => {
    const letter = await compile({ body: "{{ campaign.data.at | date: '%H:%M %z' }}" })
    const html = (at: number): string =>
      letter.render({
        ...letterData({ timeZone: 'Europe/Berlin' }),
        campaign: { name: '', title: '', data: { at } },
      }).html
    expect(html(Date.UTC(2026, 2, 29, 0, 59))).toBe('01:59 +0100')
    expect(html(Date.UTC(2026, 2, 29, 1, 0))).toBe('03:00 +0200')
    expect(html(Date.UTC(2026, 9, 25, 0, 59))).toBe('02:59 +0200')
    expect(html(Date.UTC(2026, 9, 25, 1, 0))).toBe('02:00 +0100')
    // Wall clocks beside the change.
    const wall = (time: string): Promise<string> =>
      show(`{{ '${time}' | date: '%H:%M %z' }}`, { timeZone: 'Europe/Berlin' })
    expect(await wall('2026-03-29 01:30')).toBe('01:30 +0100')
    expect(await wall('2026-03-29 03:30')).toBe('03:30 +0200')
    expect(await wall('2026-10-25 03:30')).toBe('03:30 +0100')
  })

  test('its relatives write the usual forms', async () => {
    const at = 'items[0].publishedAt'
    const source = `{{ ${at} | date_to_xmlschema }}|{{ ${at} | date_to_rfc822 }}|{{ ${at} | date_to_string }}|{{ ${at} | date_to_long_string }}|{{ ${at} | date_to_string: 'ordinal' }}|{{ ${at} | date_to_long_string: 'ordinal', 'US' }}`
    expect(await show(source, { timeZone: 'Europe/Berlin' })).toBe(
      '2026-11-23T00:30:00+01:00|Mon, 23 Nov 2026 00:30:00 +0100|23 Nov 2026|23 November 2026|23rd Nov 2026|November 23rd, 2026',
    )
  })

  test('a zone that does not exist is named; a subscriber with one gets the default', async () => {
    const letter = await compile({ body: "{{ now | date: '%H', 'Mars/Base' }}" })
    expect(() => letter.render(letterData())).toThrow('"Mars/Base" is not a time zone')
    expect(await show("{{ now | date: '%H' }}", { timeZone: 'Mars/Base' })).toBe('07')
  })
})

describe('numbers', () => {
  test('are written as the language writes them', async () => {
    const source =
      '{{ 1234567.891 | number }} {{ 1234.5 | number: 2 }} {{ "9.5" | number: 0 }} {{ "x" | number }}'
    expect(await show(source)).toBe('1,234,567.891 1,234.50 10 x')
    expect(await show(source, { language: 'de' }, { language: 'de' })).toBe('1.234.567,891 1.234,50 10 x')
  })

  test('currencies have their own decimals', async () => {
    const source =
      "{{ 1234.5 | currency: 'EUR' }} {{ 1234.5 | currency: 'jpy' }} {{ 12 | currency: 'USD', 0 }}"
    expect(await show(source)).toBe('€1,234.50 ¥1,235 $12')
    const letter = await compile({ body: "{{ 1 | currency: 'euro' }}" })
    expect(() => letter.render(letterData())).toThrow('"EURO" is not a currency')
  })
})

test('sample draws the same for the same subscriber', async () => {
  const letter = await compile({ body: "{% assign all = (1..50) %}{{ all | sample: 5 | join: ',' }}" })
  const html = (id: number): string => letter.render(letterData({ id })).html
  expect(html(1)).toBe(html(1))
  expect(new Set([1, 2, 3, 4, 5].map(html)).size).toBeGreaterThan(1)
})
