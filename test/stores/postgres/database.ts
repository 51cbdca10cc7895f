import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import { openStore } from '../../../stores/open.ts'

/** An empty database of its own on the shared server. `migrated`: with the tables in it, copied from one that was
 *  migrated once a test file. */
export async function makeDatabase({ migrated = true } = {}): Promise<{
  readonly url: string
  drop(): Promise<void>
}> {
  const server = inject('postgresUrl')
  const name = `t_${randomBytes(6).toString('hex')}`
  template ??= makeTemplate(server)
  const from = migrated ? `TEMPLATE ${await template}` : ''
  await on(server, `CREATE DATABASE ${name} ${from}`)
  return {
    url: databaseUrl(server, name),
    drop: () => on(server, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}

let template: Promise<string> | null = null
async function makeTemplate(server: string): Promise<string> {
  const name = `template_${randomBytes(6).toString('hex')}`
  await on(server, `CREATE DATABASE ${name}`)
  await (await openStore(databaseUrl(server, name))).close()
  return name
}

const databaseUrl = (server: string, name: string): string => {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function on(server: string, statement: string): Promise<void> {
  const client = new Client(server)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
