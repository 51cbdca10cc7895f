import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startDaemon } from '../faults/support/daemon.ts'
import { type Answer, differences, examplesOf } from './support/shell-page.ts'

const root = resolve(import.meta.dirname, '../..')
const examples = examplesOf(readFileSync(join(root, 'docs/api.md'), 'utf8'))
const [settings, ...rest] = examples
const curl = spawnSync('curl', ['--version'], { encoding: 'utf8' })
const [, version = ''] = /^curl (\d+\.\d+)/.exec(curl.stdout ?? '') ?? []
const isThere = curl.status === 0

test('curl is there, to run the examples with', ({ skip }) => {
  if (!isThere && process.env.CI === undefined)
    skip('There is no curl on this machine: the examples of docs/api.md are not run. Install it to run them.')
  expect(isThere, 'CI runs the examples of docs/api.md: install curl').toBe(true)
})

test.skipIf(!isThere)(
  'the examples of docs/api.md answer as the page says',
  async () => {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    expect(major > 7 || minor >= 82, `curl ${version} has no --json; 7.82 has`).toBe(true)

    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-api-examples-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const house = {
      folder,
      settings: join(folder, 'broadsheet.yaml'),
      data: join(folder, 'data'),
      database: '',
      configure: () => {},
    }
    writeFileSync(
      house.settings,
      JSON.stringify({
        data: house.data,
        store: 'memory:',
        http: { port: 0 },
        channels: { file: { directory: join(folder, 'outbox') } },
      }),
    )
    const daemon = await startDaemon(house)
    const { secret } = await daemon.client.post<{ secret: string }>('/keys', { name: 'examples' })

    // curl reads this, whatever an example says: the head of its last answer is kept, as a reader would not do it.
    const head = join(folder, 'head')
    const place = join(folder, 'work')
    mkdirSync(place)
    writeFileSync(join(folder, '.curlrc'), `dump-header = "${head}"\n`)
    const env = { PATH: process.env.PATH, CURL_HOME: folder, BROADSHEET_KEY: secret }
    const first = settings!.script.replace('http://127.0.0.1:8025', daemon.url)
    expect(first).toContain(daemon.url)

    for (const { name, script, told } of rest) {
      rmSync(head, { force: true })
      const { stdout } = await promisify(execFile)(
        'bash',
        ['-euo', 'pipefail', '-c', `${first}\n${script}`],
        {
          cwd: place,
          env,
        },
      )
      expect(existsSync(head), `${name} asks for something`).toBe(true)
      const answer = { ...headOf(readFileSync(head, 'utf8')), body: stdout }
      if (told !== null) expect.soft(differences(told, answer), name).toEqual([])
    }
    await daemon.stop()
  },
  600_000,
)

function headOf(text: string): Omit<Answer, 'body'> {
  // "100 Continue" may stand before the answer.
  const [status = '', ...lines] = text.trim().split('\r\n\r\n').at(-1)!.split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return { status: Number(status.split(' ')[1]), headers: new Headers(headers) }
}
