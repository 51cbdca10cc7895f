import { alone, bare, by, type Case, none, picture, sequence } from './case.ts'
import { browsers, homes, programs } from './people.ts'

const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'
const yahoo = 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html'
const apple = 'Mozilla/5.0'
const gmailAhead =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0'

const lookers: readonly (readonly [name: string, agent: string, ips: readonly string[], why: string])[] = [
  [
    'Gmail’s proxy',
    gmail,
    ['66.249.84.103', '66.102.9.5', '74.125.210.18', '2a00:1450:4001:82b::1', '209.85.238.4', '172.253.1.2'],
    'Gmail fetches pictures when the letter is shown.',
  ],
  [
    'Yahoo’s proxy',
    yahoo,
    ['74.6.131.12', '98.137.66.20', '87.248.110.3', '212.82.111.228'],
    'Validity: caching happens at open.',
  ],
  [
    'Yahoo’s proxy, in its other words',
    'Mozilla/5.0 (compatible; YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html)',
    ['98.139.8.1'],
    'As above.',
  ],
  [
    'Seznam’s proxy',
    'SeznamEmailProxy/3.0.1',
    ['77.75.79.6', '2a02:598:4444::6'],
    'matomo-org/device-detector.',
  ],
  [
    'Fastmail’s proxy',
    'FastmailUA/1.0',
    ['103.168.172.2'],
    'Fastmail: images are proxied when they are shown.',
  ],
  [
    'Startpage’s proxy',
    'StartpagePrivateImageProxy/2.0 (https://www.startpage.com/; support@startpage.com) requests/2.25.1',
    ['185.233.100.4'],
    'crawler-user-agents.',
  ],
  [
    'Outlook on the web',
    browsers['Edge, Windows'],
    ['52.97.133.2', '2603:1026:c0a::5', '40.101.12.9'],
    'Exchange Online fetches pictures for its readers, in the words of a browser.',
  ],
]

const proxies: readonly Case[] = lookers.flatMap(([name, agent, ips, why]) =>
  ips.flatMap((ip) => [
    alone(`${name}, ${ip}`, why, by('proxy', agent, ip, { headers: none }).opens()),
    ...(agent.startsWith('Mozilla/5.0 (Windows NT 10')
      ? []
      : [
          alone(
            `${name}, ${ip}, ten seconds after delivery`,
            'Somebody has their mail open.',
            by('proxy', agent, ip, { headers: bare }).opens(),
            10_000,
          ),
        ]),
  ]),
)

const relays = [
  '172.224.226.3',
  '172.225.92.70',
  '172.226.66.12',
  '104.28.30.44',
  '140.248.2.14',
  '146.75.160.21',
  '17.58.97.5',
  '2a02:26f7:b00a:4000::1',
  '2606:54c0:2000::9',
  '2606:54c3:0:a00::4',
  '2a04:4e41:2:3::1',
  '2a09:bac2:4800::a',
  '2a09:bac3:5000::1',
  '::ffff:172.226.66.12',
]

const mpp: readonly Case[] = [
  ...relays.flatMap((ip) => [
    alone(
      `Mail Privacy Protection from ${ip}`,
      'The agent that it sends, from the networks that it uses (SocketLabs, Word to the Wise).',
      by('prefetch', apple, ip, { headers: none }).opens(),
    ),
    alone(
      `Mail Privacy Protection from ${ip}, soon after delivery`,
      'As above.',
      by('prefetch', apple, ip, { headers: bare }).opens(),
      45_000,
    ),
  ]),
  alone(
    'Mail Privacy Protection from a network that it got last week',
    'The list of networks changes daily; nobody else sends that agent for a picture.',
    by('prefetch', apple, '198.51.100.77', { headers: none }).opens(),
  ),
  alone(
    'Gmail, ahead of time',
    'SparkPost: fetched before anybody looks, while the app is open.',
    by('prefetch', gmailAhead, '66.249.93.4', { headers: none }).opens(),
    4000,
  ),
  alone(
    'Gmail, ahead of time, later',
    'As above.',
    by('prefetch', gmailAhead, '66.102.8.200', { headers: none }).opens(),
  ),
  alone(
    'Gmail’s proxy within a second of delivery',
    'Nobody opens a letter that fast.',
    by('prefetch', gmail, '66.249.84.1', { headers: none }).opens(),
    700,
  ),
  alone(
    'Yahoo’s proxy within a second of delivery',
    'As above.',
    by('prefetch', yahoo, '98.137.66.20', { headers: none }).opens(),
    900,
  ),
  sequence('Apple fetches once more days later', 'A new device of the same person.', [
    by('prefetch', apple, relays[0]!, { headers: none }).opens(),
    by('prefetch', apple, relays[7]!, { headers: none }).opens(259_200_000),
  ]),
  sequence('Protected Mail and an unprotected Outlook', 'One person, two programs.', [
    by('prefetch', apple, relays[2]!, { headers: none }).opens(),
    by('human', programs['Outlook 2016 and later'], homes[1]!).opens(600_000),
  ]),
]

const unsure: readonly Case[] = [
  alone(
    'A picture without an agent',
    'A proxy that takes it away, or a scanner: it cannot be told.',
    by('unknown', '', homes[4]!, { headers: none }).opens(),
  ),
  alone(
    'A picture for an unknown program',
    'Its name says nothing.',
    by('unknown', 'Glimpse 2', homes[4]!, { headers: bare }).opens(),
  ),
  alone(
    'A mail program’s server in a rented machine',
    'Some programs fetch pictures there for their readers; scanners do so, too.',
    by('unknown', browsers['Chrome, Windows'], '54.161.20.9', { headers: picture }).opens(),
  ),
  alone(
    'A link for an app’s own client',
    'Some app opened it; whether somebody looked cannot be told.',
    by('unknown', 'okhttp/4.12.0', homes[2]!, { headers: none }).clicks(2),
  ),
  alone(
    'A link for an app on a phone',
    'As above.',
    by('unknown', 'ReaderApp/7.1 CFNetwork/1568.300.101 Darwin/24.2.0', homes[5]!, { headers: bare }).clicks(
      2,
    ),
  ),
]

export const providers: readonly Case[] = [...proxies, ...mpp, ...unsure]
