import {
  alone,
  bare,
  by,
  type Case,
  type Labelled,
  navigation,
  none,
  plainNavigation,
  sequence,
} from './case.ts'
import { browsers, homes } from './people.ts'

const chrome = browsers['Chrome, Windows']
const guide = 'Bot clicks from security scanners: a field guide (live-direct-marketing.online).'

/** Names that gateways and sandboxes give themselves. */
const named: readonly string[] = [
  'Barracuda Sentinel (EE)',
  'BarracudaLinkProtect/2.1',
  'Mozilla/5.0 (compatible; ProofpointURLDefense)',
  'Proofpoint Threat Protection',
  'Mimecast-Link-Protection/1.0',
  'Mozilla/5.0 (compatible; safelinks-scanner)',
  'Microsoft-URLAnalyzer/1.0',
  'Microsoft Office SafeLinks Protection',
  'Symantec Email Threat Isolation',
  'Trend Micro WRS/5.0',
  'Mozilla/5.0 (compatible; TMES; +https://www.trendmicro.com)',
  'CiscoSecureEmail/15.0',
  'IronPort AsyncOS 14',
  'Sophos Email Scanner 2.0',
  'FortiMail URI Protection',
  'FireEye MPS Crawler',
  'TwinWaveScanner',
  'Mozilla/5.0 (compatible; hornetsecurity-atp)',
  'Mozilla/5.0 (Windows; U; MSIE 9.0; Windows NT 9.0; en-US) AppEngine-Google; (+http://code.google.com/appengine; appid: s~virustotalcloud)',
  'Mozilla/5.0 (compatible; CloudflareRadarURLScanner; +https://radar.cloudflare.com/)',
  'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.179 Mobile Safari/537.36 (compatible; Google-Safety; +http://www.google.com/bot.html)',
  'SafeSearch microdata crawler (https://safesearch.avira.com, safesearch-abuse@avira.com)',
]
/** Libraries, commands and browsers without a screen, as they announce themselves. */
const tools: readonly string[] = [
  'python-requests/2.32.3',
  'Python/3.12 aiohttp/3.9.5',
  'python-httpx/0.27.0',
  'Go-http-client/1.1',
  'Go-http-client/2.0',
  'curl/8.7.1',
  'Wget/1.21.4',
  'Java/17.0.9',
  'Apache-HttpClient/4.5.14 (Java/11.0.22)',
  'Java-http-client/21.0.2',
  'axios/1.7.2',
  'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
  'undici',
  'Ruby',
  'libwww-perl/6.77',
  'GuzzleHttp/7',
  'lua-resty-http/0.10 (Lua) ngx_lua/10012',
  'AHC/2.1',
  'Jetty/9.4.53',
  'PostmanRuntime/7.39.0',
  'Scrapy/2.11.2 (+https://scrapy.org)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1',
  'Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2506',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
]
/** Previews of links that were pasted somewhere, and checks before a person gets there. */
const previews: readonly string[] = [
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Twitterbot/1.0',
  'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
  'WhatsApp/2.24.10.85 A',
  'TelegramBot (like TwitterBot)',
  'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  'MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview',
  'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
  'Microsoft Office Existence Discovery',
  'Microsoft Office Protocol Discovery',
  'Mozilla/4.0 (compatible; ms-office; MSOffice 16)',
]

const at = <T>(list: readonly T[], i: number): T => list[i % list.length]!
const anywhere = ['203.0.113.40', '198.51.100.3', '35.190.10.1', '52.20.3.4', '20.50.1.1', '2001:db8:7::1']

const byAgent: readonly Case[] = [
  ...named.map((agent, i) =>
    alone(agent, guide, by('scanner', agent, at(anywhere, i), { headers: bare }).clicks(i % 12)),
  ),
  ...named
    .slice(0, 12)
    .map((agent, i) =>
      alone(
        `${agent}, the picture`,
        guide,
        by('scanner', agent, at(anywhere, i + 1), { headers: bare }).opens(),
      ),
    ),
  ...tools.map((agent, i) =>
    alone(
      agent,
      'No person’s browser.',
      by('scanner', agent, at(anywhere, i), { headers: bare }).clicks(i % 12),
    ),
  ),
  ...tools
    .slice(0, 16)
    .map((agent, i) =>
      alone(
        `${agent}, the picture`,
        'No person’s mail program.',
        by('scanner', agent, at(anywhere, i + 2), { headers: bare }).opens(),
      ),
    ),
  ...previews.map((agent, i) =>
    alone(
      agent,
      'A machine, whoever pasted the link.',
      by('scanner', agent, at(anywhere, i), { headers: bare }).clicks(i % 12),
    ),
  ),
]

/** Gateways in the words of a browser, from networks that are nobody's way to the web. */
const gateways: readonly (readonly [name: string, ip: string])[] = [
  ['Barracuda', '64.235.154.66'],
  ['Barracuda', '209.222.82.14'],
  ['Proofpoint', '67.231.152.5'],
  ['Proofpoint', '148.163.140.9'],
  ['Mimecast, US', '205.139.110.61'],
  ['Mimecast, Europe', '195.130.217.7'],
  ['Mimecast, Australia', '103.96.22.20'],
  ['Symantec', '85.158.142.3'],
  ['Symantec', '216.82.251.9'],
  ['Trend Micro', '150.70.172.4'],
  ['Cisco', '184.94.240.12'],
  ['Hornetsecurity', '94.100.132.1'],
]
const byNetwork: readonly Case[] = gateways.flatMap(([name, ip], i) => [
  alone(
    `${name} at ${ip} follows a link`,
    'The gateway’s own network.',
    by('scanner', at(Object.values(browsers), i), ip).clicks(i % 12),
  ),
  alone(
    `${name} at ${ip} fetches the picture`,
    'As above.',
    by('scanner', at(Object.values(browsers), i), ip).opens(),
    20_000,
  ),
])

const burst = (agent: string, ip: string, links: number, everyMs: number, from = 0): readonly Labelled[] =>
  Array.from({ length: links }, (_, link) => by('scanner', agent, ip).clicks(link, from + link * everyMs))

const defender = 'The Defender sandbox follows every link within ten seconds (live-direct-marketing.online).'
const behaviours: readonly Case[] = [
  sequence('Defender’s sandbox', defender, burst(chrome, '52.100.14.8', 12, 700), { sentMs: 15_000 }),
  sequence('Defender’s sandbox from Azure', defender, burst(chrome, '20.50.60.7', 12, 500), {
    sentMs: 40_000,
  }),
  sequence(
    'A gateway from a home’s network, all links at once',
    'As fast as no person.',
    burst(chrome, '203.0.113.90', 8, 60),
    { sentMs: 90_000 },
  ),
  sequence(
    'A gateway with a new address for each link',
    'A fleet behind one queue.',
    Array.from({ length: 9 }, (_, link) =>
      by('scanner', browsers['Edge, Windows'], `203.0.113.${100 + link * 3}`).clicks(link, link * 300),
    ),
  ),
  sequence(
    'A gateway with a new agent for each link',
    'So as not to be recognised.',
    Object.values(browsers).map((agent, link) =>
      by('scanner', agent, '198.51.100.66').clicks(link, link * 400),
    ),
  ),
  sequence('Two links in a tenth of a second', 'Marketo: activities within a second are a machine’s.', [
    by('scanner', chrome, '203.0.113.91').clicks(0),
    by('scanner', chrome, '203.0.113.91').clicks(7, 110),
  ]),
  sequence(
    'A slow one that leaves nothing out',
    'Every link of the letter, three seconds apart.',
    burst(browsers['Firefox, Linux'], '198.51.100.70', 10, 3000),
    { links: 10 },
  ),
  sequence('A picture, then all links', 'It draws the letter and then follows it.', [
    by('scanner', chrome, '198.51.100.71').opens(),
    ...burst(chrome, '198.51.100.71', 6, 250, 1200),
  ]),
  sequence('All links, then the hidden one', 'Nobody sees that link.', [
    ...burst(chrome, '198.51.100.72', 3, 4000),
    by('scanner', chrome, '198.51.100.72').clicks(null, 12_500),
  ]),
  sequence('The hidden one first', 'It reads markup from its end.', [
    by('scanner', chrome, '198.51.100.73').clicks(null),
    by('scanner', chrome, '198.51.100.73').clicks(5, 3000),
    by('scanner', chrome, '198.51.100.73').clicks(2, 6000),
  ]),
  sequence('HEAD, then GET', 'It asks what is there, and then for it.', [
    by('scanner', chrome, '198.51.100.74', { method: 'HEAD' }).clicks(0),
    by('scanner', chrome, '198.51.100.74').clicks(0, 800),
    by('scanner', chrome, '198.51.100.74').clicks(1, 5200),
  ]),
  sequence(
    'A burst, and an hour later a person',
    'The machine looks at delivery; the person reads after lunch.',
    [
      ...burst(chrome, '203.0.113.93', 9, 150),
      by('human', chrome, homes[0]!).opens(3_600_000),
      by('human', chrome, homes[0]!).clicks(3, 3_615_000),
    ],
    { sentMs: 4000 },
  ),
  sequence(
    'A burst from the office’s own address, and an hour later a person from the same one',
    'A gateway in the cellar and a person upstairs share an address and a browser.',
    [...burst(chrome, '203.0.113.94', 9, 150), by('human', chrome, '203.0.113.94').clicks(3, 3_615_000)],
    { sentMs: 4000 },
  ),
  sequence(
    'Proofpoint at work while a person clicks',
    'The gateway’s network explains its clicks; the person’s is beside them.',
    [
      ...burst(chrome, '67.231.153.9', 10, 900),
      by('human', browsers['Safari, iPhone'], homes[6]!).clicks(4, 4200),
    ],
    { sentMs: 100_000 },
  ),
  sequence(
    'Safe Links checks at the time of the click',
    'The check and the person follow the same link, moments apart.',
    [
      by('scanner', 'Mozilla/4.0 (compatible; ms-office; MSOffice 16)', '52.97.14.2', {
        headers: bare,
      }).clicks(4),
      by('human', browsers['Edge, Windows'], homes[3]!).clicks(4, 240),
    ],
  ),
  alone(
    'A click a second after delivery',
    'Nobody opened anything yet.',
    by('scanner', chrome, '198.51.100.75').clicks(0),
    1100,
  ),
  alone(
    'A picture half a second after delivery',
    'As above.',
    by('scanner', chrome, '198.51.100.76').opens(),
    500,
  ),
  alone(
    'A click from Azure half a minute after delivery',
    'Defender’s sandbox again, one link only.',
    by('scanner', chrome, '20.98.3.2').clicks(0),
    30_000,
  ),
  alone(
    'A click from AWS a minute after delivery',
    'A gateway’s rented machine.',
    by('scanner', browsers['Firefox, Windows'], '3.88.17.4').clicks(0),
    62_000,
  ),
  alone(
    'A click from Exchange Online, hours later',
    'Automated investigation: hours after delivery.',
    by('scanner', chrome, '40.107.8.3').clicks(0),
  ),
  alone(
    'A click from Google’s own network',
    'Gmail checks links there; people come from elsewhere.',
    by('scanner', chrome, '66.102.7.11').clicks(0),
  ),
  alone(
    'A browser of 2011 follows a link',
    'A sandbox that was never updated.',
    by('scanner', 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)', '198.51.100.78', {
      headers: plainNavigation,
    }).clicks(0),
  ),
  alone(
    'Chrome 42 follows a link',
    'As above.',
    by(
      'scanner',
      'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.90 Safari/537.36',
      '198.51.100.79',
      { headers: plainNavigation },
    ).clicks(0),
  ),
  alone(
    'In the words of Chrome, without a language',
    'Browsers say which languages their person reads.',
    by('scanner', chrome, '198.51.100.80', { headers: bare }).clicks(0),
  ),
  alone(
    'In the words of Chrome, by a script',
    'Sec-Fetch-Mode: no navigation.',
    by('scanner', chrome, '198.51.100.81', {
      headers: { ...navigation, accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    }).clicks(0),
  ),
  alone(
    'A click without an agent',
    'Safe Links, among others.',
    by('scanner', '', '198.51.100.82', { headers: none }).clicks(0),
  ),
  alone(
    'A link for the agent of Apple’s proxies',
    'They fetch pictures and nothing else.',
    by('scanner', 'Mozilla/5.0', '198.51.100.83', { headers: none }).clicks(0),
  ),
  alone(
    'One link, by a real browser, from a home, after minutes',
    'A sandbox of the better sort. In truth a scanner; nothing shows it.',
    by('scanner', chrome, '203.0.113.95').clicks(0),
    400_000,
  ),
  sequence(
    'Three links in half a minute by a real browser',
    'As above, more patient than the table.',
    [0, 1, 2].map((link) => by('scanner', chrome, '203.0.113.96').clicks(link, link * 12_000)),
    { sentMs: 200_000 },
  ),
]

export const machines: readonly Case[] = [...byAgent, ...byNetwork, ...behaviours]
