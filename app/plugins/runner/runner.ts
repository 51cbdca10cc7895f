import { Socket } from 'node:net'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseAddress } from '../address.ts'
import { createFrameReader, decodeRequest, encodeReply, type LoadOrder, type Reply } from '../process/wire.ts'
import { createCalls } from './calls.ts'
import { confineModules } from './modules.ts'
import { confineNetwork } from './network.ts'
import { boundPrints } from './prints.ts'
import { wordsOf } from './words.ts'

// The program of a plugin's process. Requests come in on standard input, replies go out on descriptor 3, and everything that the
// plugin's own code could reach is closed before that code is loaded. It ends with its input, so that none outlives its daemon.

const replies = new Socket({ fd: 3, readable: false, writable: true })
const requests = process.stdin
const exit = process.exit.bind(process)
// From here on only the daemon ends this process: Ctrl+C and a service's SIGTERM go to whole groups of processes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

/** Resolves when the reply is with the system, out of reach of whatever happens in this process. */
const say = (reply: Reply): Promise<void> =>
  new Promise((resolve) => {
    replies.write(encodeReply(reply), () => resolve())
  })
replies.on('error', () => exit(0))

// What is under way when the daemon is gone may take as long as a stop may.
const lastMs = 5000

let calls: ReturnType<typeof createCalls> | null = null
const answering = new Set<Promise<void>>()
const take = createFrameReader(Number.POSITIVE_INFINITY, (frame) => {
  const request = decodeRequest(frame)
  switch (request.type) {
    case 'load':
      calls = load(request.load)
      break
    case 'ping':
      void say({ type: 'pong', beat: request.beat, rssBytes: process.memoryUsage.rss() })
      break
    case 'abort':
      calls?.abort(request.id)
      break
    case 'call': {
      const answered = answer(request.id, request.call.name, calls?.take(request.id, request.call))
      answering.add(answered)
      void answered.finally(() => answering.delete(answered))
      break
    }
  }
})
requests.on('data', take)
requests.on('end', () => {
  setTimeout(() => exit(0), lastMs)
  void Promise.allSettled([calls?.end(), ...answering]).then(() => exit(0))
})

async function answer(id: number, name: string, result: Promise<unknown> | undefined): Promise<void> {
  try {
    const value = await result
    // Undefined is nothing in JSON.
    await say({ type: 'answer', id, value: value ?? null })
  } catch (error) {
    await say({ type: 'failure', id, message: wordsOf(error) })
  }
  if (name === 'close') exit(0)
}

function load(order: LoadOrder): ReturnType<typeof createCalls> {
  const addresses = order.addresses.map((text) => parseAddress(text)).filter((address) => address !== null)
  confineNetwork(addresses)
  const own = new URL(`../../../engine/channel/index${extname(import.meta.url)}`, import.meta.url)
  confineModules(own.href)
  boundPrints([process.stdout, process.stderr], (lines) => void say({ type: 'dropped', lines }))
  const dies = (error: unknown) => {
    void say({ type: 'fatal', message: wordsOf(error) }).then(() => exit(1))
  }
  process.on('uncaughtException', dies)
  process.on('unhandledRejection', dies)
  return createCalls({ order, say, load: () => import(pathToFileURL(order.file).href) as Promise<unknown> })
}
