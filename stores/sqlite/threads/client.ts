import { type ResourceLimits, Worker } from 'node:worker_threads'
import { BroadsheetError } from '../../../engine/errors.ts'
import { storeClosed } from '../../rules/refusals.ts'
import type { FromThread, Reply, Request, ThreadStart, ToThread } from './messages.ts'
import { pack, transferOf, unpack } from './wire.ts'

/** A database thread, seen from the main thread. */
export interface Client {
  readonly migrated: readonly string[]
  /** How many calls it has not answered yet. */
  pending(): number
  /** `call` is `port.method`. */
  call(call: string, args: readonly unknown[]): Promise<unknown>
  /** Resolves when what was accepted is answered and the thread is gone. */
  close(): Promise<void>
}

// A thread that reads or writes pages of at most a few thousand rows needs some 10 MB of heap. V8 ends
// the thread, not the process, when it grows past this (one single allocation of that size would end both).
const usualLimits: ResourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 3 }

interface Call {
  readonly call: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: BroadsheetError) => void
}

/** Start a thread; rejects with what keeps it from opening the file. */
export async function startClient(start: ThreadStart, resourceLimits = usualLimits): Promise<Client> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./thread.${extension}`, import.meta.url), {
    workerData: start,
    name: `sqlite-${start.role}`,
    execArgv: [],
    resourceLimits,
  })
  const calls = new Map<number, Call>()
  let lastId = 0
  let gone: BroadsheetError | null = null
  let closing: Promise<void> | null = null

  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      gone ??= new BroadsheetError(
        'E_STORE',
        `The database's ${start.role} thread ended (exit code ${code}): restart to open the store again.`,
      )
      for (const call of calls.values()) call.reject(gone)
      calls.clear()
      resolve()
    })
  })
  worker.on('error', (error) => {
    gone = new BroadsheetError(
      'E_STORE',
      `The database's ${start.role} thread failed (${error.message}): restart to open the store again.`,
      { cause: error },
    )
  })

  const settle = (reply: Reply) => {
    const call = calls.get(reply.id)
    calls.delete(reply.id)
    if (call === undefined) return
    if ('error' in reply) call.reject(BroadsheetError.from(reply.error))
    else call.resolve(unpack(call.call, 'result', reply.ok))
  }

  const migrated = await new Promise<readonly string[]>((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      if ('replies' in message) for (const reply of message.replies) settle(reply)
      else if ('ready' in message) resolve(message.ready.migrated)
      else gone = BroadsheetError.from(message.refused)
    })
    // Once the thread is gone, not before: whoever is refused may delete the file at once.
    void ended.then(() => reject(gone ?? storeClosed()))
  })

  return {
    migrated,
    pending: () => calls.size,
    call(call, args) {
      if (closing !== null) return Promise.reject(storeClosed())
      if (gone !== null) return Promise.reject(gone)
      return new Promise((resolve, reject) => {
        const parcel = pack(call, 'args', args)
        lastId += 1
        calls.set(lastId, { call, resolve, reject })
        worker.postMessage({ id: lastId, call, args: parcel } satisfies Request, transferOf(parcel))
      })
    },
    close() {
      closing ??= Promise.resolve().then(() => {
        worker.postMessage('close' satisfies ToThread)
        return ended
      })
      return closing
    },
  }
}
