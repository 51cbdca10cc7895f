import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliError, exitCodes, exitFor } from '../../../app/cli/exit.ts'
import { reporting } from '../../../app/demo/audience.ts'
import { weeklyAt } from '../../../app/demo/content/cron.ts'
import { readMail } from '../../../app/demo/mail.ts'

const bin = join(import.meta.dirname, '../../../app/bin.js')
const folder = mkdtempSync(join(tmpdir(), 'broadsheet-audience-test-'))
const inbox = join(folder, 'broadsheet-demo/inbox')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the demo of an audience', () => {
  let lines: readonly string[] = []
  beforeAll(async () => {
    const args = [bin, 'demo', '--audience', '--subscribers', '12']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    lines = stdout.split('\n')
  }, 900_000)

  test('tells each step with what to look at, and what holds', () => {
    const steps = lines.filter((line) => /^ {2}\d {2}/.test(line))
    expect(steps.map((line) => line.trim()[0])).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
    expect(steps[0]).toMatch(/http:\/\/127\.0\.0\.1:\d+\/s\/weekly$/)
    expect(lines.filter((line) => line.includes('✓')).length).toBeGreaterThan(20)
    expect(lines.filter((line) => line.includes('✗'))).toEqual([])
    const said = lines.join('\n')
    for (const words of ['13 of 13 letters of edition 2', '11 of 11 letters of edition 3', 'All of it holds'])
      expect(said).toContain(words)
  })

  test('leaves the reader’s mails, which read the same to an independent reader of mail', async () => {
    const files = readdirSync(inbox).filter((name) => name.startsWith('juno.harker'))
    expect(files).toHaveLength(4)
    for (const file of files) {
      const bytes = readFileSync(join(inbox, file))
      const mail = await simpleParser(bytes)
      const read = readMail(bytes)
      expect(read.subject).toBe(mail.subject)
      expect(read.text.replaceAll('\r\n', '\n').trim()).toBe(mail.text!.trim())
    }
  })

  test('ends with exit code 1 at the first thing that does not hold, and says which', () => {
    const said: string[] = []
    const { holds } = reporting({ say: (text = '') => said.push(text), style: (_style, text) => text })
    holds(true, 'one')
    const failed = () => holds(false, 'nobody is subscribed yet', 'active')
    expect(failed).toThrow(CliError)
    expect(failed).toThrow('This does not hold: nobody is subscribed yet. Instead: active.')
    expect(said.slice(0, 2)).toEqual(['     ✓ one', '     ✗ nobody is subscribed yet'])
    expect(exitCodes[exitFor(new CliError('defect', 'x'))]).toBe(1)
  })
})

test.each([
  ['2026-11-25T12:22:31Z', 'Europe/Berlin', '22 13 * * WED'],
  ['2026-11-25T23:59:59Z', 'Asia/Kolkata', '29 5 * * THU'],
  ['2026-03-01T00:00:00Z', 'America/New_York', '0 19 * * SAT'],
])('every week at %s by the clocks of %s is %s', (at, timeZone, cron) => {
  expect(weeklyAt(Date.parse(at), timeZone)).toBe(cron)
})
