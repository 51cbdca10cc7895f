import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ImportResult } from '../../../engine/audience/import/import.ts'
import type { ImportJob } from '../../../engine/ports/imports.ts'
import { run } from '../cli/outside.ts'
import { type Served, serve, token } from './serve.ts'

let served: Served
let folder = ''
beforeEach(async () => {
  served = await serve({ config: { addresses: { disposable: ['own.example'], trusted: [] } } })
  folder = mkdtempSync(join(tmpdir(), 'broadsheet-transfer-'))
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const load = (query: string, file: string, kind = 'subscribers') =>
  served.ask<ImportResult & { code?: string }>('POST', `/api/v1/${kind}/import${query}`, file, {
    'content-type': 'application/octet-stream',
  })
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const cli = (...args: string[]) => run(folder, [...args, '--url', served.url, '--key', token])

describe('transfer over HTTP', () => {
  test('counts refused rows by their reason, in the answer and in what is kept of it', async () => {
    const { json } = await load('', 'address,time_zone\nnone,\nnobody,\na@x.org,Mars\nb@x.org,\n')
    expect(json).toMatchObject({ rows: 4, created: 1, rejected: 3 })
    expect(json.reasons).toEqual({
      'address: has no "@"': 2,
      'time_zone: must be an IANA time zone, e.g. "Europe/Berlin"': 1,
    })
    const job = await served.ask<ImportJob>('GET', `/api/v1/imports/${json.id}`)
    expect(job.json.report).toMatchObject({ reasons: json.reasons })
  })

  test('streams every refused row with what stood there, between the id and the result', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => `broken ${index},${'x'.repeat(80)}`)
    const { text } = await load('?progress=1&rejects=1', `address,name\n${rows.join('\n')}\n`)
    const lines = linesOf(text)
    const rejects = lines.filter(({ type }) => type === 'reject')
    expect(lines[0]).toEqual({ type: 'import', id: 1 })
    expect(lines.at(-1)).toMatchObject({ type: 'result', rows: 3000, rejected: 3000 })
    expect(rejects).toHaveLength(3000)
    expect(rejects.at(-1)).toMatchObject({
      line: 3001,
      header: ['address', 'name'],
      raw: ['broken 2999', 'x'.repeat(80)],
    })
  })

  test('shows a dry run with its mapping, and remembers imports that were none', async () => {
    const map = encodeURIComponent(JSON.stringify({ Land: 'attributes.country' }))
    const dry = await load(`?dryRun=1&map=${map}&merge=fill`, 'E-Mail;Land\na@x.org;DE\n')
    expect(dry.json).toMatchObject({
      id: null,
      dryRun: true,
      created: 1,
      first: [{ attributes: { country: 'DE' } }],
    })
    expect(await served.store.subscribers.count({})).toBe(0)
    await load('?name=people.csv', 'E-Mail;Land\na@x.org;DE\n')
    const jobs = await served.ask<{ data: ImportJob[] }>('GET', '/api/v1/imports')
    expect(jobs.json.data).toMatchObject([{ id: 1, name: 'people.csv', state: 'finished', created: 1 }])
    expect((await served.ask('GET', '/api/v1/imports/1')).json).toMatchObject({
      report: { columns: [{ field: 'address' }, {}] },
    })
    expect((await served.ask('GET', '/api/v1/imports/2')).status).toBe(404)
    expect((await load('?resume=1', 'E-Mail;Land\na@x.org;DE\n')).json).toMatchObject({ code: 'E_STATE' })
    expect((await load('?resume=7', 'x')).json).toMatchObject({ code: 'E_NOT_FOUND' })
  })

  test.each(['?check=role=explode', '?map=[1]', '?map=x', '?merge=all', '?encoding=ebcdic', '?preset=nope'])(
    'refuses %s',
    async (query) => {
      expect((await load(query, 'address\n')).json).toMatchObject({ code: 'E_INPUT' })
    },
  )

  test('checks addresses, one or those of a file', async () => {
    const one = await served.ask('GET', '/api/v1/addresses/check?address=Info@gmial.com&checks=role,typo')
    expect(one.json).toMatchObject({
      address: 'info@gmial.com',
      valid: true,
      findings: [{ check: 'role' }, { check: 'typo', suggestion: 'info@gmail.com' }],
    })
    expect((await served.ask('GET', '/api/v1/addresses/check?address=nobody')).json).toEqual({
      address: null,
      valid: false,
      problem: 'has no "@"',
      findings: [],
    })
    expect(
      (await served.ask('GET', '/api/v1/addresses/check?address=a@own.example&checks=disposable')).json,
    ).toMatchObject({
      findings: [{ check: 'disposable' }],
    })
    const result = await load('?check=role=reject,typo=warn', 'address\ninfo@x.org\na@gmial.com\n')
    expect(result.json).toMatchObject({ created: 1, rejected: 1, warned: { typo: 1 } })
  })

  test('exports as files, packed or not, and domains are suppressed by the API, too', async () => {
    await served.ask('POST', '/api/v1/suppressions', { address: 'Bad.example' })
    const plain = await served.ask('GET', '/api/v1/suppressions/export?format=tsv')
    expect(plain.headers.get('content-disposition')).toBe('attachment; filename="suppressions.tsv"')
    expect(plain.text).toMatch(/^address\treason\tdetail\tcreatedAt\r\n'@bad\.example\tmanual\t\t/)
    const packed = await fetch(`${served.url}/api/v1/suppressions/export?format=tsv&gzip=1`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(plain.text)
    expect((await served.ask('DELETE', '/api/v1/suppressions/@bad.example')).status).toBe(204)
    expect((await served.ask('GET', '/api/v1/subscribers/export?list=nope')).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })
})

describe('transfer on the command line', () => {
  test('shows a dry run, writes the refused rows beside the file, and exports what it took', async () => {
    const file = join(folder, 'people.csv.gz')
    writeFileSync(file, gzipSync('E-Mail;Name;Land\na@x.org;=A;DE\nnope;B;\n'))
    const dry = await cli('import', 'subscribers', file, '--dry-run', '--map', 'Land=attributes.country')
    expect(dry.out).toContain('1 created, 0 updated, 0 unchanged, 1 refused (nothing was written)')
    expect(dry.err).toContain('Land -> attributes.country')
    expect(dry.err).toContain('Read as csv, utf-8, ";".')
    expect(await served.store.subscribers.count({})).toBe(0)
    const done = await cli('import', 'subscribers', file, '--map', 'Land=attributes.country')
    expect(done).toMatchObject({ code: 10, err: expect.stringContaining(`${file}.rejects.csv`) })
    expect(readFileSync(`${file}.rejects.csv`, 'utf8')).toBe(
      'line,column,reason,value,E-Mail,Name,Land\r\n3,E-Mail,"""nope"" has no ""@""",nope,nope,B,\r\n',
    )
    const out = join(folder, 'out.tsv.gz')
    expect((await cli('export', 'subscribers', '-o', out)).code).toBe(0)
    expect(gunzipSync(readFileSync(out)).toString()).toMatch(/\r\na@x\.org\t'=A\t/)
    const again = await cli('import', 'subscribers', out, '--json')
    expect(again.json.at(-1)).toMatchObject({ unchanged: 1, rejected: 0, rejectsIn: null })
  })

  test('takes and gives suppressions', async () => {
    const file = join(folder, 'never.txt')
    writeFileSync(file, 'bad.example\nx@y.org\n')
    expect((await cli('suppress', 'import', file)).out).toContain('2 created')
    expect((await cli('export', 'suppressions', '--format', 'csv')).out).toContain('x@y.org,import,')
  })
})
