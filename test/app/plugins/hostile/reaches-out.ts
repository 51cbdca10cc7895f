import dgram from 'node:dgram'
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import module, { createRequire } from 'node:module'
import net from 'node:net'
import os from 'node:os'
import tls from 'node:tls'
import { getSystemErrorName } from 'node:util'
import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

const require = createRequire(import.meta.url)
type Emitter = { once(event: 'error', listener: (error: Error) => void): unknown }

const over = (emitter: Emitter, event: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    emitter.once('error', reject)
    ;(emitter as unknown as { once(event: string, run: () => void): void }).once(event, () =>
      resolve('REACHED'),
    )
  })
const split = (target: string): { host: string; port: number } => {
  const [, host = '', port] = /^(.*):(\d+)$/.exec(target) ?? []
  return { host, port: Number(port) }
}

/** Ways out of its process, by name; each is tried with a target and must fail. */
const ways: { readonly [name: string]: (target: string) => unknown } = {
  read: (file) => fs.readFileSync(file, 'utf8'),
  readPromise: (file) => fs.promises.readFile(file, 'utf8'),
  list: (folder) => fs.readdirSync(folder),
  write: (file) => fs.writeFileSync(file, 'x'),
  link: (file) => fs.symlinkSync(file, './link'),
  env: (name) => process.env[name] ?? Promise.reject(new Error('not set')),
  spawn: (program) =>
    (require('node:child_process') as typeof import('node:child_process')).spawnSync(program),
  spawnImport: async (program) => (await import('node:child_process')).spawnSync(program),
  thread: async () => new (await import('node:worker_threads')).Worker('0', { eval: true }),
  sqlite: async (file) => new (await import('node:sqlite')).DatabaseSync(file),
  sqliteRequire: (file) => new (require('node:sqlite') as typeof import('node:sqlite')).DatabaseSync(file),
  sqliteBuiltin: (file) => new (process.getBuiltinModule('node:sqlite').DatabaseSync)(file),
  sqliteLoad: (file) => {
    const { _load } = module as unknown as { _load(name: string): typeof import('node:sqlite') }
    return new (_load('node:sqlite').DatabaseSync)(file)
  },
  hooks: () => module.registerHooks({}),
  inspector: async () => new (await import('node:inspector')).Session().connect(),
  inspectorPort: async () => (await import('node:inspector')).open(0),
  cluster: async () => (await import('node:cluster')).default.fork(),
  trace: async () => (await import('node:trace_events')).createTracing({ categories: ['node'] }).enable(),
  wasi: async () => new (await import('node:wasi')).WASI({ version: 'preview1' }),
  addon: () => process.dlopen({ exports: {} }, './addon.node'),
  exec: (program) => process.execve?.(program, [program], {}),
  binding: () => (process as unknown as { binding(name: string): unknown }).binding('tcp_wrap'),
  kill: (pid) => process.kill(Number(pid), 0),
  rawKill: (pid) =>
    (process as unknown as { _kill(pid: number, signal: number): unknown })._kill(Number(pid), 0),
  nice: (pid) => os.setPriority(Number(pid), 1),
  connect: (target) => over(net.connect(split(target)), 'connect'),
  connectArgs: (target) => over(net.connect(split(target).port, split(target).host), 'connect'),
  connectPath: (path) => over(net.connect(path), 'connect'),
  connectOwnLookup: (target) =>
    over(
      net.connect({
        host: 'granted.example',
        port: split(target).port,
        lookup: (_host, _options, done) => done(null, [{ address: split(target).host, family: 4 }]),
      }),
      'connect',
    ),
  connectGetter: (target) => {
    let asked = 0
    const options = {
      port: split(target).port,
      get host() {
        return asked++ === 0 ? 'granted.example' : split(target).host
      },
    }
    return over(net.connect(options), 'connect')
  },
  connectHandle: (target) => {
    // The handle of a refused socket, taken in hand.
    const socket = new net.Socket() as net.Socket & {
      _handle: { connect(...args: unknown[]): number } | null
    }
    socket.on('error', () => {})
    socket.connect({ host: 'localhost', port: 1 })
    const server = net as unknown as {
      _createServerHandle(host: string, port: number, family: 4): typeof socket._handle
    }
    const handle = server._createServerHandle('127.0.0.1', 0, 4)
    const result = handle?.connect({}, split(target).host, split(target).port) ?? -1
    if (result !== 0) throw Object.assign(new Error('refused'), { code: getSystemErrorName(result) })
    return 'REACHED'
  },
  tls: (target) => over(tls.connect({ ...split(target), rejectUnauthorized: false }), 'secureConnect'),
  http: (target) => over(http.get(`http://${target}/`), 'response'),
  fetch: (target) => fetch(`http://${target}/`),
  listen: () => over(net.createServer().listen(0), 'listening'),
  udp: (target) => {
    const socket = dgram.createSocket('udp4')
    const result = over(socket, 'message')
    socket.send('x', split(target).port, split(target).host, (error) => {
      socket.emit(error ? 'error' : 'message', error)
    })
    return result
  },
  lookup: (name) => dns.promises.lookup(name),
  query: (name) => dns.promises.resolve4(name),
  resolver: (name) => new dns.Resolver().resolve4(name, () => {}),
}

/** `title` is the way, `data.target` where to. The outcome's code tells what came of it. */
export default defineChannel({
  name: 'reaches-out',
  config: z.strictObject({}),
  open: () =>
    Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 1,
        maxInFlight: 1,
        idempotent: false,
        maxMessageBytes: null,
      },
      send: (batch: readonly Post[]) =>
        Promise.all(
          batch.map(async ({ id, note, data }) => {
            try {
              await ways[note.title]?.(typeof data.target === 'string' ? data.target : '')
              return { id, status: 'sent', code: 'REACHED', detail: note.title } as const
            } catch (error) {
              const { code, message, cause } = error as NodeJS.ErrnoException & {
                cause?: NodeJS.ErrnoException
              }
              return {
                id,
                status: 'permanent',
                code: cause?.code ?? code ?? 'none',
                detail: `${message} ${cause?.message ?? ''}`,
                suppress: false,
              } as const
            }
          }),
        ),
      probe: () => Promise.resolve({ ok: true, detail: Object.keys(process.env).join(' ') }),
      close: () => Promise.resolve(),
    }),
})
