import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLoopback, parseAddress } from '../../../app/electron/connect/address.ts'
import { connectPage } from '../../../app/electron/connect/page.ts'
import { german } from '../../../app/electron/words/german.ts'

test.each([
  ['https://news.example', 'https://news.example'],
  ['  news.example:8443 ', 'https://news.example:8443'],
  ['http://localhost:8025', 'http://localhost:8025'],
  ['http://127.0.0.1:8025/', 'http://127.0.0.1:8025'],
  ['http://0x7f.1:8025', 'http://127.0.0.1:8025'],
  ['http://[::1]:8025', 'http://[::1]:8025'],
])('%s is an address', (said, url) => {
  expect(parseAddress(said)).toEqual({ url })
})

test.each([
  ['', 'shape'],
  ['https://', 'shape'],
  ['not an address', 'shape'],
  ['ftp://news.example', 'scheme'],
  ['file:///etc/passwd', 'shape'],
  ['http://news.example', 'plain'],
  ['http://127.0.0.1.evil.example', 'plain'],
  ['http://localhost.evil.example', 'plain'],
  ['http://10.0.0.5:8025', 'plain'],
  ['https://user:secret@news.example', 'credentials'],
  ['https://news.example/console', 'path'],
  ['https://news.example/?next=evil', 'path'],
])('%s is none', (said, problem) => {
  expect(parseAddress(said)).toEqual({ problem })
})

test('whatever is typed, what comes out is an origin of https, or of this machine', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.webUrl().map((url) => url.replace('https:', 'http:')),
      ),
      (said) => {
        const { url } = parseAddress(said)
        if (url === undefined) return
        const { origin, protocol, hostname } = new URL(url)
        expect(url).toBe(origin)
        expect(protocol === 'https:' || isLoopback(hostname)).toBe(true)
      },
    ),
  )
})

test('what was typed stays text on the page', () => {
  const evil = `"><script>alert('x')</script>`
  const page = connectPage(german, { language: 'de', address: evil, problem: evil, recent: [evil] })
  expect(page).not.toContain('<script')
  expect(page).not.toContain(`"><`.concat('s'))
  expect(page).toContain('lang="de"')
})
