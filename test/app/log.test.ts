import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from '../../app/log.ts'

const canary = 'cn4ry-of-the-log'

test.each(['json', 'text'] as const)(
  'what is called as a secret is struck out, should it ever get into a line of %s',
  (format) => {
    let said = ''
    const out = new Writable({
      write(chunk, _encoding, done) {
        said += String(chunk)
        done()
      },
    })
    const log = createLog({ level: 'debug', format }, out as unknown as NodeJS.WriteStream)
    for (const name of [
      'authorization',
      'cookie',
      'password',
      'pass',
      'token',
      'secret',
      'privateKey',
      'apiKey',
      'key',
    ])
      log.info(
        { [name]: canary, settings: { [name]: canary, smtp: { [name]: canary } }, kept: name },
        'log.tried',
      )
    expect(said).not.toContain(canary)
    expect(said.match(/\(secret\)/g)).toHaveLength(27)
    expect(said.match(/log\.tried/g)).toHaveLength(9)
  },
)
