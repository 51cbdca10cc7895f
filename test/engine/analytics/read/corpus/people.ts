import { alone, by, type Case, navigation, none, picture, plainNavigation, sequence } from './case.ts'

/** Networks of people: providers of homes, phones and offices, and documentation addresses in their place. */
export const homes = [
  '203.0.113.7',
  '84.137.20.14',
  '92.77.3.200',
  '81.2.69.142',
  '24.5.6.7',
  '2003:e5:1f00:aa01::7',
  '2a02:8109:9a40::15',
  '2601:646:8000::1f',
]
export const phones = ['80.187.100.3', '109.41.0.20', '172.58.10.9', '2a01:598:b0::1', '2607:fb90:a::2']

export const browsers = {
  'Chrome, Windows':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Edge, Windows':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
  'Firefox, Windows': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Firefox, Linux': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Safari, Mac':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
  'Safari, iPhone':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  'Chrome, Android':
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  'Samsung Internet':
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  'Opera, Mac':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 OPR/124.0.0.0',
  'Chrome, iPhone':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1',
  'Windows 7, its last Chrome':
    'Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36',
  'In the Gmail app, iPhone':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/390.0.826117190 Mobile/15E148 Safari/604.1',
} as const

/** Sources of the strings: the programs' own documentation, and collections of what is seen (matomo-org/device-detector). */
export const programs = {
  'Outlook 2016 and later': 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17126; Pro)',
  'Outlook 2010':
    'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; WOW64; Trident/7.0; SLCC2; .NET CLR 2.0.50727; .NET CLR 3.5.30729; .NET CLR 3.0.30729; Media Center PC 6.0; .NET4.0C; .NET4.0E; Microsoft Outlook 14.0.7162; ms-office; MSOffice 14)',
  'Outlook, drawing': 'Mozilla/4.0 (compatible; ms-office; MSOffice 16)',
  'Windows Live Mail':
    'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; WOW64; Trident/7.0; SLCC2; .NET CLR 2.0.50727)',
  'Outlook, iPhone': 'Outlook-iOS/709.2226530.prod.iphone (3.24.1)',
  Thunderbird: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0',
  'Mail, iPhone without protection':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Mail, Mac without protection':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)',
  'Mail, by its own client': 'Mail/3826.400.131.1.6 CFNetwork/3826.400.120 Darwin/24.3.0',
  'eM Client': 'eMClient/10.1.4588.0',
  Airmail: 'Airmail 1.0 rv:5.7.1 (Macintosh; Mac OS X 14.4; en_US)',
  'Samsung Email': 'Dalvik/2.1.0 (Linux; U; Android 14; SM-S918B Build/UP1A.231005.007)',
} as const

const at = <T>(list: readonly T[], i: number): T => list[i % list.length]!

const opens: readonly Case[] = Object.entries({ ...browsers, ...programs }).flatMap(([name, agent], i) => [
  alone(
    `${name} opens`,
    'A picture asked for from a home, hours after delivery.',
    by('human', agent, at(homes, i)).opens(),
  ),
  alone(
    `${name} opens, half a minute after delivery`,
    'People who sit at their mail are that fast.',
    by('human', agent, at(homes, i + 3)).opens(),
    30_000,
  ),
])

const clicks: readonly Case[] = Object.entries(browsers).flatMap(([name, agent], i) => [
  alone(
    `${name} follows a link`,
    'A navigation with the headers of a browser, from a home.',
    by('human', agent, at(homes, i)).clicks(i % 12),
  ),
  alone(
    `${name} follows a link from a phone’s network, over http`,
    'Browsers send no Sec-Fetch headers over http.',
    by('human', agent, at(phones, i), { headers: plainNavigation }).clicks((i + 5) % 12),
  ),
])

const chrome = browsers['Chrome, Windows']
const iphone = browsers['Safari, iPhone']
const firefox = browsers['Firefox, Windows']

const behaviours: readonly Case[] = [
  sequence('Opens, reads, follows two links', 'As people do.', [
    by('human', chrome, homes[0]!).opens(),
    by('human', chrome, homes[0]!).clicks(0, 9000),
    by('human', chrome, homes[0]!).clicks(3, 50_000),
  ]),
  sequence('Follows the same link twice at once', 'A double click.', [
    by('human', chrome, homes[1]!).opens(),
    by('human', chrome, homes[1]!).clicks(2, 7000),
    by('human', chrome, homes[1]!).clicks(2, 7180),
  ]),
  sequence('Opens three articles in tabs', 'Middle clicks, one and a half seconds apart.', [
    by('human', firefox, homes[2]!).opens(),
    by('human', firefox, homes[2]!).clicks(0, 20_000),
    by('human', firefox, homes[2]!).clicks(1, 21_500),
    by('human', firefox, homes[2]!).clicks(4, 23_100),
  ]),
  sequence('Opens six articles in tabs, slowly', 'Reads the summaries between.', [
    by('human', firefox, homes[5]!).opens(),
    ...[0, 1, 2, 3, 4, 5].map((link) => by('human', firefox, homes[5]!).clicks(link, 15_000 + link * 6000)),
  ]),
  sequence('Reads on the phone, goes on at the desk', 'Two networks and two browsers of one person.', [
    by('human', programs['Mail, iPhone without protection'], phones[0]!).opens(),
    by('human', iphone, phones[0]!).clicks(1, 12_000),
    by('human', chrome, homes[3]!).opens(240_000),
    by('human', chrome, homes[3]!).clicks(1, 260_000),
  ]),
  sequence('Gmail in a browser: the proxy, then a click', 'Pictures by the proxy, links by the browser.', [
    by(
      'proxy',
      'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
      '66.249.93.33',
      { headers: none },
    ).opens(),
    by('human', chrome, homes[4]!).clicks(0, 14_000),
  ]),
  sequence(
    'Mail on a protected iPhone: Apple, then a click',
    'Apple fetches the pictures; the link goes to Safari.',
    [
      by('prefetch', 'Mozilla/5.0', '172.226.110.5', { headers: none }).opens(),
      by('human', iphone, phones[3]!).clicks(6, 5_400_000),
    ],
  ),
  alone(
    'Safari behind Private Relay follows a link',
    'The network is Apple’s, the browser is a person’s.',
    by('human', iphone, '104.28.86.31').clicks(4),
  ),
  alone(
    'Safari on a Mac behind Private Relay opens web mail',
    'As above.',
    by('human', browsers['Safari, Mac'], '2a02:26f7:c9c4::3').opens(),
  ),
  alone(
    'A company’s proxy stands between',
    'Via says so; the browser is a person’s.',
    by('human', browsers['Edge, Windows'], '198.51.100.20', {
      headers: { ...navigation, via: '1.1 proxy.example.com (squid/6.6)', 'x-forwarded-for': '10.1.2.3' },
    }).clicks(2),
  ),
  alone(
    'A company’s users behind Zscaler',
    'A proxy of people, whose network is none of the tables’.',
    by('human', browsers['Edge, Windows'], '165.225.72.14').clicks(2),
  ),
  alone(
    'Click through Safe Links’ page',
    'The referrer is the checker, the browser is the person’s.',
    by('human', browsers['Edge, Windows'], homes[6]!, {
      headers: { ...navigation, referer: 'https://eur02.safelinks.protection.outlook.com/' },
    }).clicks(7),
  ),
  alone(
    'Through a VPN in a data centre, next day',
    'A person, but it cannot be told: nothing speaks for either.',
    by('unknown', chrome, '104.131.20.9').clicks(1),
  ),
  alone(
    'Through a VPN in a data centre, a minute after delivery',
    'A person in truth; taken for a scanner.',
    by('human', chrome, '159.69.14.3').clicks(1),
    60_000,
  ),
  sequence(
    'Opens everything at once in tabs',
    'An impatient person with a middle button: five in three seconds. In truth a person; faster than the table allows.',
    [
      by('human', firefox, homes[7]!).opens(),
      ...[0, 1, 2, 3, 4].map((link) => by('human', firefox, homes[7]!).clicks(link, 30_000 + link * 700)),
    ],
  ),
  alone(
    'A browser without Accept-Language',
    'A privacy extension takes it away. In truth a person.',
    by('human', firefox, homes[3]!, { headers: { accept: navigation.accept } }).clicks(3),
  ),
  alone(
    'A browser prefetches a link of web mail',
    'Chrome’s speculation rules: nobody followed it yet.',
    by('prefetch', chrome, homes[0]!, {
      headers: { ...navigation, 'sec-purpose': 'prefetch;prerender' },
    }).clicks(2),
  ),
  alone(
    'Firefox prefetches',
    'The header that old versions send.',
    by('prefetch', firefox, homes[1]!, { headers: { ...plainNavigation, 'x-moz': 'prefetch' } }).clicks(2),
  ),
  alone(
    'Safari’s Top Sites preview',
    'A picture of the page for its start page.',
    by('prefetch', browsers['Safari, Mac'], homes[1]!, {
      headers: { ...plainNavigation, 'x-purpose': 'preview' },
    }).clicks(2),
  ),
  alone(
    'Tor Browser opens',
    'A picture for a person, whose exit is a rented machine.',
    by('unknown', 'Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0', '95.216.107.148', {
      headers: picture,
    }).opens(),
  ),
]

export const people: readonly Case[] = [...opens, ...clicks, ...behaviours]
