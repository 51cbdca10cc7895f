import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const bin = join(import.meta.dirname, '../../../app/bin.js')
const run = (args: readonly string[]) =>
  promisify(execFile)(process.execPath, [bin, 'demo', ...args], { cwd: folder, maxBuffer: 10_000_000 })

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-demo-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the demo', () => {
  let lastLine = ''
  beforeAll(async () => {
    lastLine = (await run(['--json', '--subscribers', '60'])).stdout.trimEnd().split('\n').at(-1)!
  })

  test('says as its last line what it measured', () => {
    expect(JSON.parse(lastLine)).toEqual({
      subscribers: 60,
      sent: 60,
      failed: 0,
      unknown: 0,
      lettersPerMinute: expect.any(Number),
      p95LetterMs: expect.any(Number),
      rssMb: expect.any(Number),
    })
  })

  test('leaves letters that an independent verifier accepts, both one-click headers signed', async () => {
    const records = JSON.parse(readFileSync(join(folder, 'broadsheet-demo/dkim-dns.json'), 'utf8')) as {
      name: string
      value: string
    }[]
    const inbox = join(folder, 'broadsheet-demo/inbox')
    const letters = readdirSync(inbox).filter((name) => name.endsWith('.eml'))
    expect(letters).toHaveLength(3)
    for (const name of letters) {
      const { results } = await dkimVerify(readFileSync(join(inbox, name)), {
        resolver: async (asked: string) => {
          const record = records.find((one) => one.name === asked)
          if (!record) throw Object.assign(new Error('no such record'), { code: 'ENOTFOUND' })
          return [[record.value]]
        },
      })
      expect(results.map(({ status }) => status.result)).toEqual(['pass', 'pass'])
      for (const { signingHeaders } of results)
        expect(signingHeaders?.keys.toLowerCase().split(/[:\s]+/)).toEqual(
          expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post']),
        )
    }
  })

  test('leaves letters that parse, with two readable parts and a one-click address', async () => {
    const inbox = join(folder, 'broadsheet-demo/inbox')
    const [name] = readdirSync(inbox).filter((file) => file.endsWith('.eml'))
    const mail = await simpleParser(readFileSync(join(inbox, name!)))
    expect(mail.html).toContain('<html')
    expect(mail.text!.length).toBeGreaterThan(500)
    expect(mail.headers.get('list')).toMatchObject({
      unsubscribe: { url: expect.stringMatching(/^http.*\/u\//) },
    })
    expect(mail.messageId).toMatch(/^<[0-9a-f]+@harbour-courier\.example>$/)
  })

  test('does not touch a folder that it did not make', async () => {
    await expect(run(['--folder', '.', '--subscribers', '3'])).rejects.toMatchObject({
      stderr: expect.stringContaining('was not made by a demo'),
    })
  })
})
