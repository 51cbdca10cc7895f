import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lookAtCertificate } from '../../../app/doctor/certificate.ts'
import { makeCertificate } from '../../servers/certificate.ts'

const { key, cert } = makeCertificate(['localhost'])
const web = createServer({ key, cert })
const mail = new SMTPServer({ key, cert, authOptional: true })
const bare = new SMTPServer({ disabledCommands: ['STARTTLS'], authOptional: true })
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
beforeAll(async () => {
  web.listen(0, '127.0.0.1')
  for (const server of [mail, bare]) server.listen(0, '127.0.0.1')
  await Promise.all(
    [web, mail.server, bare.server].map(async (each) => each.listening || once(each, 'listening')),
  )
})
afterAll(() => {
  web.close()
  mail.close()
  bare.close()
})

const look = (port: number, changes: object = {}, now = Date.now()) =>
  lookAtCertificate(
    'tls',
    { host: '127.0.0.1', port, name: 'localhost', startTls: false, ca: cert, checked: true, ...changes },
    now,
  )

describe('a certificate', () => {
  test('that is believed, from the first byte and after STARTTLS', async () => {
    expect(await look(portOf(web))).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('TLSv1.3') as string,
    })
    expect(await look(portOf(mail.server), { startTls: true })).toMatchObject({ status: 'ok' })
  })

  test('that is not: a failure where it is checked', async () => {
    expect(await look(portOf(web), { ca: undefined })).toMatchObject({ status: 'failed' })
    expect(await look(portOf(web), { ca: undefined, checked: false })).toMatchObject({ status: 'warning' })
    expect(await look(portOf(web), { name: 'elsewhere.test' })).toMatchObject({ status: 'failed' })
  })

  test('that ends', async () => {
    const far = Date.now() + 400 * 365 * 86_400_000
    expect(await look(portOf(web), {}, far)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('ended on') as string,
    })
  })

  test('that is not there', async () => {
    expect(await look(portOf(bare.server), { startTls: true })).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('answered STARTTLS with') as string,
    })
    expect(await look(1)).toMatchObject({ status: 'warning' })
  })
})
