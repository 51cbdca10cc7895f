import { expect, test } from 'vitest'
import { guardContents, guardSession, type Place } from '../../../app/electron/window/guard.ts'
import { outsideUrl } from '../../../app/electron/window/outside.ts'
import { SessionDouble } from './support/session.ts'
import { ContentsDouble, emit } from './support/window.ts'

const origin = 'http://127.0.0.1:8025'
const token = 'launch_of_the_test'

function guard(first: Place | null = { origin, token }) {
  let place = first
  const session = new SessionDouble('persist:own')
  const contents = new ContentsDouble(session)
  const outside: string[] = []
  guardSession(session as never, () => place)
  guardContents(contents as never, { place: () => place, openOutside: (url) => outside.push(url) })
  return {
    session,
    contents,
    outside,
    leave: () => {
      place = null
    },
  }
}

test('the token goes along to the place, in requests of its page and of ours', async () => {
  const { session } = guard()
  for (const initiatorOrigin of [origin, undefined])
    expect(
      await session.headersOf(`${origin}/api/v1/campaigns`, { ...(initiatorOrigin && { initiatorOrigin }) }),
    ).toMatchObject({ authorization: `Bearer ${token}` })
})

test.each([
  ['another port', 'http://127.0.0.1:8026/api/v1/campaigns'],
  ['another name of this machine', 'http://localhost:8025/api/v1/campaigns'],
  ['another scheme', 'https://127.0.0.1:8025/api/v1/campaigns'],
  ['a name that begins with it', 'http://127.0.0.1:8025.evil.example/'],
  ['a user that looks like it', 'http://127.0.0.1:8025@evil.example/'],
  ['a redirect to elsewhere', 'https://evil.example/'],
])('the token does not go to %s', async (_what, url) => {
  const { session } = guard()
  const headers = await session.headersOf(url, {
    initiatorOrigin: origin,
    requestHeaders: { Authorization: `Bearer ${token}` },
  })
  expect(JSON.stringify(headers)).not.toContain(token)
})

test.each(['https://evil.example', 'null'])(
  'the token does not go along with a request that %s began',
  async (initiatorOrigin) => {
    const { session } = guard()
    expect(await session.headersOf(`${origin}/api/v1/campaigns`, { initiatorOrigin })).toEqual({
      accept: '*/*',
    })
  },
)

test('nor once the engine is gone, whoever has its port then', async () => {
  const { session, leave } = guard()
  leave()
  expect(await session.headersOf(`${origin}/`)).toEqual({ Accept: '*/*' })
})

test('a remote place has no token, and its own headers stay', async () => {
  const remote = 'https://news.example'
  const { session } = guard({ origin: remote, token: null })
  const requestHeaders = { Authorization: 'Bearer bs_of_the_page' }
  expect(await session.headersOf(`${remote}/api/v1/campaigns`, { requestHeaders })).toMatchObject(
    requestHeaders,
  )
})

test('pages are permitted nothing but to copy', async () => {
  const { session } = guard()
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'hid',
    'openExternal',
  ]) {
    expect(await session.asked(permission, `${origin}/`), permission).toBe(false)
    expect(session.checked(permission, origin), permission).toBe(false)
  }
  const copy = 'clipboard-sanitized-write'
  expect(await session.asked(copy, `${origin}/`)).toBe(true)
  expect(session.checked(copy, `${origin}/`)).toBe(true)
  expect(await session.asked(copy, `${origin}/`, false), 'in a frame').toBe(false)
  expect(await session.asked(copy, 'https://evil.example/')).toBe(false)
  expect(session.device()).toBe(false)
})

test('files are downloaded from the place only', () => {
  const { session } = guard()
  const download = (url: string) => emit(session, 'will-download', {}, { getURL: () => url }).prevented
  expect(download(`${origin}/api/v1/exports/subscribers.csv`)).toBe(false)
  expect(download(`blob:${origin}/5d3a8f0e`)).toBe(false)
  expect(download('https://evil.example/program.exe')).toBe(true)
  expect(download('blob:https://evil.example/5d3a8f0e')).toBe(true)
  expect(download('data:text/html,hello')).toBe(true)
})

test.each([
  ['the console', `${origin}/#/campaigns`, false],
  ['a file of the API', `${origin}/api/v1/exports/subscribers.csv`, false],
  ['a letter in the archive, which holds what other people wrote', `${origin}/a/weekly/1`, true],
  ['another daemon', 'http://127.0.0.1:8026/', true],
  ['the web', 'https://evil.example/', true],
  ['a file', 'file:///etc/passwd', true],
  ['a script', 'javascript:alert(1)', true],
  ['data', 'data:text/html,hello', true],
])('navigation to %s', (_what, url, prevented) => {
  const { contents } = guard()
  expect(contents.navigates(url).prevented).toBe(prevented)
  expect(emit(contents, 'will-redirect', { url, isMainFrame: true }).prevented).toBe(prevented)
})

test('frames show previews and nothing from elsewhere', () => {
  const { contents } = guard()
  const frame = (url: string) => emit(contents, 'will-frame-navigate', { url, isMainFrame: false }).prevented
  expect([frame('about:srcdoc'), frame('about:blank'), frame(`blob:${origin}/5d3a8f0e-11`)]).toEqual([
    false,
    false,
    false,
  ])
  expect([
    frame('https://evil.example/'),
    frame('blob:https://evil.example/5d3a'),
    frame('data:text/html,x'),
  ]).toEqual([true, true, true])
  expect(
    emit(contents, 'will-redirect', { url: 'https://evil.example/', isMainFrame: false }).prevented,
  ).toBe(true)
})

test('no window opens another one; what may be seen opens outside', () => {
  const { contents, outside } = guard()
  for (const url of ['https://docs.example/page', `${origin}/a/weekly/1`, 'mailto:desk@news.example'])
    expect(contents.opens(url)).toBe('deny')
  expect(outside).toEqual(['https://docs.example/page', `${origin}/a/weekly/1`, 'mailto:desk@news.example'])
  for (const url of ['file:///etc/passwd', 'http://evil.example/', 'ms-msdt:/id', 'smb://evil.example/share'])
    expect(contents.opens(url)).toBe('deny')
  contents.navigates('https://docs.example/other')
  contents.navigates('vbscript:evil')
  expect(outside.slice(3)).toEqual(['https://docs.example/other'])
  expect(emit(contents, 'will-attach-webview').prevented).toBe(true)
})

test('addresses with a password, and endless ones, are not handed to the system', () => {
  expect(outsideUrl('https://user:secret@docs.example/', null)).toBeNull()
  expect(outsideUrl(`https://docs.example/${'x'.repeat(5000)}`, null)).toBeNull()
  expect(outsideUrl('https://docs.example/a b"c', null)).toBe('https://docs.example/a%20b%22c')
})
