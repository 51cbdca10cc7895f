import { spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../app/demo/servers/free-port.ts'
import { ownerOfServers } from '../../app/demo/servers/postgres.ts'
import { needProgram, pgBouncer } from '../../app/demo/servers/program.ts'

/** A real PgBouncer in transaction mode, with few connections behind it, in front of a server on loopback. Its URL takes
 *  the place of the server's. */
export async function startPgBouncer(server: {
  readonly url: string
  readonly port: number
}): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const program = needProgram(pgBouncer)
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-pgbouncer-'))
  const port = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 6,
    max_client_conn: 200,
    // As the manual has it for clients that say them: Broadsheet depends on none.
    ignore_startup_parameters: 'extra_float_digits',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(
    file,
    ['[databases]', `* = host=127.0.0.1 port=${server.port} user=postgres`, '[pgbouncer]', ...lines, ''].join(
      '\n',
    ),
  )
  const owner = ownerOfServers()
  if (owner !== null) for (const path of [folder, file]) chownSync(path, owner.uid, owner.gid)
  const child = spawn(program, [file], { stdio: ['ignore', 'ignore', 'pipe'], ...owner })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text).slice(-4000)
  })
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`PgBouncer did not start: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const url = new URL(server.url)
  url.port = String(port)
  url.searchParams.set('pooler', 'transaction')
  return {
    url: url.href,
    async drop() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
