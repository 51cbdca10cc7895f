import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../engine/channel/index.ts'
import { systemClock } from '../../engine/clock.ts'
import { silentLog } from '../../engine/log.ts'
import { file, fileNameOf } from '../../plugins/file/index.ts'
import { testChannel } from '../contract/index.ts'

const newFolder = () => mkdtemp(join(tmpdir(), 'broadsheet-maildir-'))
const envelope = /^Return-Path: <.*>\r\nDelivered-To: (.*)\r\n/

/** The letters in `new`, without the envelope on top. */
async function lettersIn(directory: string): Promise<{ to: string; bytes: Buffer }[]> {
  const names = await readdir(join(directory, 'new')).catch(() => [])
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(directory, 'new', name))
      const [head = '', to = ''] = envelope.exec(bytes.toString('utf8')) ?? []
      return { to, bytes: bytes.subarray(Buffer.byteLength(head)) }
    }),
  )
}

testChannel('file', async () => {
  const root = await newFolder()
  const directory = join(root, 'outbox')
  const blocked = join(root, 'not-a-folder')
  await writeFile(blocked, '')
  return {
    definition: file,
    config: { directory },
    unreachable: { directory: join(blocked, 'outbox') },
    received: () => lettersIn(directory),
    close: () => rm(root, { recursive: true, force: true }),
  }
})

const never = () => new AbortController().signal
const open = (directory: string) =>
  file.open(file.config.parse({ directory }), { clock: systemClock, log: silentLog, random: () => 0.5 })
const letter = (id: number, bytes = 200): Message => ({
  id,
  from: 'news@sender.test',
  to: `reader${id}@example.org`,
  bytes: Buffer.from(`Subject: ${id}\r\n\r\n${'x'.repeat(70)}\r\n`.padEnd(bytes, 'y'), 'latin1'),
  eightBit: false,
  utf8: false,
  key: `key ${id}`,
})

describe('the maildir', () => {
  let directory: string
  beforeEach(async () => {
    directory = await newFolder()
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  it('has the three folders, the envelope on top, and nothing left in tmp', async () => {
    const channel = await open(directory)
    await channel.send([letter(1)], never())
    expect((await readdir(directory)).toSorted()).toEqual(['cur', 'new', 'tmp'])
    expect(await readdir(join(directory, 'tmp'))).toEqual([])
    const text = await readFile(join(directory, 'new', fileNameOf('key 1')), 'latin1')
    expect(text).toMatch(
      /^Return-Path: <news@sender\.test>\r\nDelivered-To: reader1@example\.org\r\nSubject: 1\r\n/,
    )
    await channel.close()
  })

  it('knows a letter again that a reader has moved to cur and flagged', async () => {
    const channel = await open(directory)
    await channel.send([letter(1), letter(2)], never())
    const name = fileNameOf('key 1')
    await rename(join(directory, 'new', name), join(directory, 'cur', `${name}:2,S`))
    const outcomes = await channel.send([letter(1), letter(3)], never())
    expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'sent'])
    expect((await lettersIn(directory)).map(({ to }) => to).toSorted()).toEqual([
      'reader2@example.org',
      'reader3@example.org',
    ])
    await channel.close()
  })

  it('lets no key name a file outside', async () => {
    const channel = await open(join(directory, 'box'))
    await channel.send([{ ...letter(1), key: '../../escaped' }], never())
    expect(await readdir(directory)).toEqual(['box'])
    expect(await lettersIn(join(directory, 'box'))).toHaveLength(1)
    await channel.close()
  })

  it('sends on once a path that was blocked is free', async () => {
    const box = join(directory, 'box')
    await writeFile(box, '')
    const channel = await open(box)
    await expect(channel.send([letter(1)], never())).rejects.toThrow(/box cannot be a maildir \(E/)
    await rm(box)
    expect(await channel.send([letter(1)], never())).toMatchObject([{ status: 'sent' }])
    await channel.close()
  })
})

/** A file system of 256 KB, where this user may mount one. */
function mountSmall(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('a full disk', () => {
  it('is the channel’s fault, loses no letter and blames no recipient; with room again it goes on', async (context) => {
    const directory = await newFolder()
    const mounted = mountSmall(directory)
    try {
      // Mounting takes root: elsewhere the blocked path above stands for it.
      if (!mounted) return context.skip()
      const box = join(directory, 'box')
      await mkdir(box)
      const channel = await open(box)
      const batch = Array.from({ length: 20 }, (_, n) => letter(n + 1, 25_000))
      const outcomes = await channel.send(batch, never())
      const of = (status: string) => outcomes.filter((outcome) => outcome.status === status)
      expect(of('sent').length).toBeGreaterThan(0)
      expect(of('unsent').length).toBeGreaterThan(0)
      expect(of('sent').length + of('unsent').length).toBe(20)
      expect(of('unsent')[0]).toMatchObject({
        code: 'ENOSPC',
        detail: expect.stringContaining('No space is left'),
      })
      const there = await lettersIn(box)
      expect(there).toHaveLength(of('sent').length)
      for (const { bytes } of there) expect(bytes).toHaveLength(25_000)
      expect(await readdir(join(box, 'tmp'))).toEqual([])

      const rest = batch.filter(({ id }) => of('unsent').some((outcome) => outcome.id === id))
      await expect(channel.send(rest, never())).rejects.toThrow(/No space is left/)
      await rm(join(box, 'new'), { recursive: true })
      const again = await channel.send(rest.slice(0, 5), never())
      expect(again.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'sent'))
      await channel.close()
    } finally {
      if (mounted) execFileSync('umount', [directory])
      await rm(directory, { recursive: true, force: true })
    }
  })
})
