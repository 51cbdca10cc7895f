import { request } from 'node:http'
import { simpleParser } from 'mailparser'
import type { ReadClass } from '../../../engine/model/event.ts'
import { browsers, homes, phones } from '../../engine/analytics/read/corpus/people.ts'

/** A letter as the server received it. */
export interface Letter {
  readonly address: string
  /** Of each link, in its order, the path that it leads by; of untracked ones the whole address. */
  readonly links: readonly string[]
  readonly pixel: string | null
  readonly hidden: string | null
  /** Value of List-Unsubscribe, and the path in it. */
  readonly wayOut: { readonly header: string; readonly path: string }
}

const outside = 'https://letters.example'
export const publicUrl = outside

/** What a reader's program finds in it. */
export async function readLetter(body: Buffer, address: string): Promise<Letter> {
  const { html, headerLines } = await simpleParser(body)
  const text = html || ''
  const hrefs = [...text.matchAll(/href="([^"]+)"/g)].map(([, url]) => url!.replaceAll('&amp;', '&'))
  const path = (url: string) => (url.startsWith(outside) ? url.slice(outside.length) : url)
  const header = headerLines
    .find(({ key }) => key === 'list-unsubscribe')!
    .line.replace(/^[^:]+:\s*/, '')
    .replaceAll(/\s+/g, ' ')
  return {
    address,
    links: hrefs.map(path).filter((link) => !/^\/[upvk]\/|^\/c\/.*\/0$/.test(link)),
    pixel: path(/src="([^"]*\/t\/[^"]+)"/.exec(text)?.[1] ?? '') || null,
    hidden: hrefs.map(path).find((link) => /^\/c\/.*\/0$/.test(link)) ?? null,
    wayOut: { header, path: path(/<(https:[^>]+)>/.exec(header)?.[1] ?? '') },
  }
}

/** One request, and what it must count as in the end; null: as nothing. */
export interface Act {
  readonly atMs: number
  readonly type: 'opened' | 'clicked' | 'unsubscribed' | 'bounced' | 'complained'
  readonly as: ReadClass | null
  /** Place among the letter's links, or the one that nobody sees. */
  readonly link?: number | 'hidden'
  readonly agent?: string
  readonly ip?: string
  readonly method?: 'HEAD'
  /** A fetcher, no browser that goes somewhere. */
  readonly plain?: boolean
}

export const linkCount = 4
const minuteMs = 60_000
const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'
const chrome = browsers['Chrome, Windows']
const gateway = { agent: chrome, as: 'scanner' } as const
const allLinks = Array.from({ length: linkCount }, (_, i) => i)

/** What the owners of mailboxes, and the machines before them, do with a letter. `n`: who of them. */
const roles: readonly [who: string, script: (n: number) => readonly Act[]][] = [
  ['nobody', () => []],
  [
    'reader',
    (n) => [
      { atMs: 20 * minuteMs, type: 'opened', as: 'human', agent: chrome, ip: homes[n % homes.length]! },
      {
        atMs: 21 * minuteMs,
        type: 'clicked',
        as: 'human',
        link: n % linkCount,
        agent: chrome,
        ip: homes[n % homes.length]!,
      },
    ],
  ],
  [
    'reader who comes back',
    (n) =>
      [20, 200, 900].flatMap((minute): Act[] => [
        {
          atMs: minute * minuteMs,
          type: 'opened',
          as: 'human',
          agent: browsers['Safari, Mac'],
          ip: homes[n % homes.length]!,
        },
        {
          atMs: (minute + 2) * minuteMs,
          type: 'clicked',
          as: 'human',
          link: 1,
          agent: browsers['Safari, Mac'],
          ip: homes[n % homes.length]!,
        },
      ]),
  ],
  [
    'reader in Gmail',
    (n) => [
      { atMs: 30 * minuteMs, type: 'opened', as: 'proxy', agent: gmail, ip: '66.249.93.9', plain: true },
      ...(n % 2 === 0
        ? [
            {
              atMs: 31 * minuteMs,
              type: 'clicked',
              as: 'human',
              link: 0,
              agent: chrome,
              ip: homes[1]!,
            } as const,
          ]
        : []),
    ],
  ],
  [
    'protected iPhone',
    (n) => [
      {
        atMs: minuteMs,
        type: 'opened',
        as: 'prefetch',
        agent: 'Mozilla/5.0',
        ip: '172.226.66.12',
        plain: true,
      },
      ...(n % 3 === 0
        ? [
            {
              atMs: 90 * minuteMs,
              type: 'clicked',
              as: 'human',
              link: 2,
              agent: browsers['Safari, iPhone'],
              ip: phones[n % phones.length]!,
            } as const,
          ]
        : []),
    ],
  ],
  [
    'gateway that follows all, and its reader',
    () => [
      ...allLinks.map(
        (link): Act => ({
          ...gateway,
          atMs: 5 * minuteMs + link * 700,
          type: 'clicked',
          link,
          ip: '198.51.100.10',
        }),
      ),
      { atMs: 60 * minuteMs, type: 'opened', as: 'human', agent: chrome, ip: homes[2]! },
      { atMs: 61 * minuteMs, type: 'clicked', as: 'human', link: 3, agent: chrome, ip: homes[2]! },
    ],
  ],
  [
    'gateway that falls into the trap',
    () => [
      { ...gateway, atMs: 6 * minuteMs, type: 'opened', ip: '198.51.100.11' },
      { ...gateway, atMs: 6 * minuteMs + 3000, type: 'clicked', link: 0, ip: '198.51.100.11' },
      { ...gateway, atMs: 6 * minuteMs + 6000, type: 'clicked', link: 'hidden', ip: '198.51.100.11' },
    ],
  ],
  [
    'gateway that asks first',
    () => [
      {
        atMs: 2 * minuteMs,
        type: 'clicked',
        as: 'scanner',
        link: 1,
        method: 'HEAD',
        agent: 'Barracuda Sentinel (EE)',
        ip: '203.0.113.1',
        plain: true,
      },
      {
        atMs: 2 * minuteMs,
        type: 'opened',
        as: 'scanner',
        method: 'HEAD',
        agent: 'Barracuda Sentinel (EE)',
        ip: '203.0.113.1',
        plain: true,
      },
    ],
  ],
  [
    'script',
    () => [
      {
        atMs: 7 * minuteMs,
        type: 'clicked',
        as: 'scanner',
        link: 2,
        agent: 'python-requests/2.32.3',
        ip: homes[3]!,
        plain: true,
      },
    ],
  ],
  ['denier', () => []],
  [
    'reader who leaves',
    (n) => [
      { atMs: 40 * minuteMs, type: 'opened', as: 'human', agent: chrome, ip: homes[4]! },
      { atMs: 41 * minuteMs, type: 'unsubscribed', as: null },
      // Twice: some programs do.
      ...(n % 2 === 0 ? [{ atMs: 42 * minuteMs, type: 'unsubscribed', as: null } as const] : []),
    ],
  ],
  ['dead mailbox', () => [{ atMs: 3 * minuteMs, type: 'bounced', as: null }]],
  [
    'reader who complains',
    () => [
      { atMs: 50 * minuteMs, type: 'opened', as: 'proxy', agent: gmail, ip: '66.249.93.9', plain: true },
      { atMs: 55 * minuteMs, type: 'complained', as: null },
    ],
  ],
]

export const roleOf = (person: number): string => roles[person % roles.length]![0]
export const actsOf = (person: number): readonly Act[] =>
  roles[person % roles.length]![1](Math.floor(person / roles.length))

const navigation = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.7',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
}
const picture = {
  accept: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'accept-language': 'en-GB,en;q=0.7',
  'sec-fetch-mode': 'no-cors',
  'sec-fetch-dest': 'image',
}

/** Ask as that client does. Resolves with the status. */
export function ask(url: string, letter: Letter, act: Act, who: number): Promise<number> {
  const { type, link, agent = chrome, ip, method, plain = false } = act
  const path =
    type === 'opened'
      ? letter.pixel!
      : type === 'unsubscribed'
        ? letter.wayOut.path
        : link === 'hidden'
          ? letter.hidden!
          : letter.links[link!]!
  const headers: Record<string, string> = {
    'user-agent': agent,
    'x-forwarded-for': ip ?? `81.2.${who >> 8}.${who & 255}`,
    ...(plain ? { accept: '*/*' } : type === 'opened' ? picture : navigation),
    ...(type === 'unsubscribed' && { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  return new Promise((resolve, reject) => {
    request(
      url + path,
      { method: method ?? (type === 'unsubscribed' ? 'POST' : 'GET'), headers },
      (answer) => {
        answer.resume()
        answer.on('error', reject)
        answer.on('end', () => resolve(answer.statusCode!))
      },
    )
      .on('error', reject)
      .end(type === 'unsubscribed' ? 'List-Unsubscribe=One-Click' : undefined)
  })
}
