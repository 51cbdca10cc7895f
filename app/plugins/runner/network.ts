import dgram from 'node:dgram'
import dns, { type LookupAddress, type LookupAllOptions, type LookupOneOptions } from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net, { type LookupFunction } from 'node:net'
import { getSystemErrorMap } from 'node:util'
import { type Address, admitsHost, admitsResolved } from '../address.ts'
import { close } from './modules.ts'
import { notGranted, refused } from './refused.ts'

type Method = (this: unknown, ...args: never[]) => unknown
type Prototype = Record<string, Method>

// Names lead to few addresses at a time; the oldest are forgotten and asked again.
const maxApproved = 10_000

/** Node 24 has no permission for the network, so its ways out are closed here, before the plugin is loaded, in two layers: names
 *  are resolved by the guard alone, and the handles below all of Node's own code connect only to addresses that it let through. */
export function confineNetwork(granted: readonly Address[]): void {
  const approved = new Set<string>()
  const lookup = dns.lookup

  /** Resolves a granted name and refuses where it leads to an address that is not granted. `port` null: for whoever asks only
   *  for a name; the connection is judged again. */
  const resolve = (
    host: string,
    port: number | null,
    options: LookupAllOptions,
    done: (error: Error | null, found: LookupAddress[]) => void,
  ): void => {
    const name = host.toLowerCase().replace(/\.$/, '')
    if (!admitsHost(granted, name, port)) {
      process.nextTick(() => done(notGranted(host, port), []))
      return
    }
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, [])
      const wrong = found.find(({ address }) => !admitsResolved(granted, name, port, address))
      if (wrong !== undefined)
        return done(notGranted(`${name} is ${wrong.address}, and ${wrong.address}`, port), [])
      for (const { address } of found) {
        if (approved.size >= maxApproved) approved.delete(approved.values().next().value!)
        if (port !== null) approved.add(`${address} ${port}`)
      }
      return done(null, found)
    })
  }

  const guardedLookup =
    (port: number | null): LookupFunction =>
    (host, options, callback) =>
      resolve(host, port, { ...options, all: true }, (error, found) => {
        const [first] = found
        if (error !== null) callback(error, '', 0)
        else if (options.all === true) callback(null, found)
        else if (first === undefined) callback(notGranted(host, port), '', 0)
        else callback(null, first.address, first.family)
      })

  const connect = net.Socket.prototype.connect as unknown as Method
  const normalizeArgs = (net as unknown as { _normalizeArgs(args: unknown[]): unknown[] })._normalizeArgs
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    const normalized = Array.isArray(args[0]) ? (args[0] as unknown[]) : normalizeArgs(args)
    // A copy: getters cannot answer one thing here and another below.
    const options = { ...(normalized[0] as Record<string, unknown>) }
    const host = typeof options.host === 'string' ? options.host.toLowerCase() : 'localhost'
    const port = Number(options.port)
    const problem =
      options.path === undefined || options.path === null
        ? admitsHost(granted, host.replace(/\.$/, ''), port)
          ? null
          : notGranted(host, port)
        : refused('A local socket')
    if (problem !== null) {
      process.nextTick(() => this.destroy(problem))
      return this
    }
    normalized[0] = { ...options, host, port, lookup: guardedLookup(port) }
    return connect.call(this, ...([normalized] as never[])) as net.Socket
  } as typeof net.Socket.prototype.connect

  confineHandles((address, port) => approved.has(`${address} ${port}`) || admitsHost(granted, address, port))
  confineNames(guardedLookup(null))
  syncBuiltinESMExports()
}

/** TCP, local sockets and UDP as libuv has them: everything in Node that connects ends here. */
function confineHandles(admits: (address: string, port: number) => boolean): void {
  const denied = [...getSystemErrorMap()].find(([, [name]]) => name === 'EACCES')?.[0] ?? -13
  const deny = () => denied
  // Standard streams are opened when they are first asked for: now, while that is still possible.
  const { _handle: pipe } = process.stdin as unknown as { _handle: object | undefined }
  void process.stdout
  void process.stderr
  const tcp = (
    net as unknown as { _createServerHandle(host: string, port: number, family: 4): Handle }
  )._createServerHandle('127.0.0.1', 0, 4)
  const socket = dgram.createSocket('udp4')
  const udp = Object.getOwnPropertySymbols(socket)
    .map((symbol) => (socket as unknown as Record<symbol, { handle?: object } | null>)[symbol]?.handle)
    .find((handle) => typeof handle === 'object')

  const over = prototypeOf(tcp)
  for (const name of ['connect', 'connect6']) {
    const original = over[name]!
    close(over, name, function (this: unknown, request: never, address: never, port: never) {
      return admits(String(address), Number(port)) ? original.call(this, request, address, port) : denied
    })
  }
  for (const name of ['listen', 'open']) close(over, name, deny)
  for (const name of ['connect', 'bind', 'listen', 'open']) close(prototypeOf(pipe), name, deny)
  for (const name of ['connect', 'connect6', 'send', 'send6', 'bind', 'bind6', 'open'])
    close(prototypeOf(udp), name, deny)
  tcp.close()
  socket.close()
}
type Handle = { close(): void }

function prototypeOf(handle: object | undefined): Prototype {
  // Without it the plugin would not be confined: better no plugin.
  if (handle === undefined) throw new Error('This Node cannot confine the network of a plugin.')
  return Object.getPrototypeOf(handle) as Prototype
}

/** A query to a name server is a message too: names are resolved only to connect to them. */
function confineNames(lookup: LookupFunction): void {
  const closed = (name: string) => () => {
    throw refused(`dns.${name}`)
  }
  const { _handle: resolver } = new dns.Resolver() as unknown as { _handle: object | undefined }
  const below = prototypeOf(resolver)
  for (const name of Object.getOwnPropertyNames(below))
    if (name.startsWith('query')) close(below, name, closed('Resolver'))
  for (const names of [dns, dns.promises] as unknown as Record<string, unknown>[])
    for (const name of Object.keys(names))
      if (/^(resolve|reverse|lookupService|setServers)/.test(name)) names[name] = closed(name)
  const one = (host: string, options: unknown, callback?: unknown): void => {
    const done = (callback ?? options) as Parameters<LookupFunction>[2]
    const said = callback === undefined ? {} : typeof options === 'number' ? { family: options } : options
    lookup(host, (said ?? {}) as LookupOneOptions, done)
  }
  ;(dns as unknown as Record<string, unknown>).lookup = one
  ;(dns.promises as unknown as Record<string, unknown>).lookup = (host: string, options: object = {}) =>
    new Promise((resolve, reject) => {
      one(host, options, (error: Error | null, address: unknown, family: number) => {
        if (error !== null) reject(error)
        else resolve(Array.isArray(address) ? address : { address, family })
      })
    })
}
