import { closeSync, openSync } from 'node:fs'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Database } from 'better-sqlite3'
import { BroadsheetError } from '../../../engine/errors.ts'
import { halfMoved, moveTable } from '../../rules/move.ts'
import { connect } from '../database/connection.ts'
import { failureOf } from '../database/failure.ts'
import { inspect } from '../database/inspect.ts'
import { migrate } from '../migrations/index.ts'
import { type FileLock, lockFile } from '../nodes/lock.ts'
import { removeOwner, thisProcess, writeOwner } from '../nodes/owner.ts'
import { createGivenOut, createPorts } from '../ports.ts'
import { createGroup } from './group.ts'
import type { FromThread, Reply, Request, ThreadStart, ToThread } from './messages.ts'
import type { SyncPorts } from './methods.ts'
import { type Parcel, pack, transferOf, unpack } from './wire.ts'

// The body of a database thread: open, say so, answer until told to close. The writer also owns the lock.

if (parentPort === null) throw new Error('thread.ts runs as a worker thread only')
const port = parentPort
const { role, file } = workerData as ThreadStart
const send = (message: FromThread) => port.postMessage(message)
const sendReplies = (replies: readonly Reply[]) =>
  port.postMessage(
    { replies } satisfies FromThread,
    replies.flatMap((reply) => ('ok' in reply ? transferOf(reply.ok) : [])),
  )

try {
  if (role === 'writer') write()
  else read()
} catch (error) {
  send({ refused: failureOf(error, file).toJSON() })
  port.close()
}

function write() {
  const lock = lockFile(file)
  try {
    introduce()
    inspect(file)
    // Addresses are in it: a new file is its owner's alone, and SQLite gives the log the same mode.
    closeSync(openSync(file, 'a', 0o600))
    const db = connect(file, role)
    const migrated = migrate(db, file)
    if (db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(moveTable) !== undefined)
      throw halfMoved(file)
    const givenOut = createGivenOut(() => performance.now())
    const group = createGroup(
      db,
      answerWith(createPorts(db, givenOut)),
      (error) => failureOf(error, file),
      (kept) => {
        givenOut.chunks.ended(kept)
        givenOut.postings.ended(kept)
      },
    )
    serve(db, (waiting) => group.run(waiting), lock)
    send({ ready: { migrated } })
  } catch (error) {
    removeOwner(file)
    lock.release()
    throw error
  }
}

function introduce() {
  try {
    writeOwner(file, thisProcess())
  } catch {
    // Only words for others: a full disk must not keep the store from opening.
  }
}

function read() {
  const db = connect(file, role)
  const answer = answerWith(createPorts(db))
  serve(db, (waiting) => {
    const request = waiting.shift()
    return request === undefined ? [] : [replyTo(request, answer)]
  })
  send({ ready: { migrated: [] } })
}

function replyTo(request: Request, answer: (request: Request) => Parcel): Reply {
  try {
    return { id: request.id, ok: answer(request) }
  } catch (error) {
    return { id: request.id, error: failureOf(error, file).toJSON() }
  }
}

function answerWith(ports: SyncPorts): (request: Request) => Parcel {
  const calls = new Map<string, (...args: unknown[]) => unknown>()
  for (const [name, methods] of Object.entries(ports))
    for (const [method, run] of Object.entries(methods)) calls.set(`${name}.${method}`, run as never)
  return ({ call, args }) => {
    const run = calls.get(call)
    if (run === undefined) throw new BroadsheetError('E_INTERNAL', `There is no ${call}.`)
    return pack(call, 'result', run(...(unpack(call, 'args', args) as unknown[])))
  }
}

/** Take what has come, answer it in groups, look again. */
function serve(db: Database, run: (waiting: Request[]) => readonly Reply[], lock?: FileLock) {
  const waiting: Request[] = []
  let closing = false
  const accept = (message: ToThread) => {
    if (message === 'close') closing = true
    else waiting.push(message)
  }
  const takeAll = () => {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
      accept(next.message as ToThread)
  }
  port.on('message', (message: ToThread) => {
    accept(message)
    takeAll()
    while (waiting.length > 0) {
      sendReplies(run(waiting))
      takeAll()
    }
    if (closing) finish()
  })

  function finish() {
    port.close()
    if (role === 'writer') optimize(db)
    db.close()
    if (lock !== undefined) removeOwner(file)
    lock?.release()
  }
}

function optimize(db: Database) {
  try {
    db.pragma('analysis_limit = 400')
    db.pragma('optimize')
  } catch {
    // Statistics are a convenience: on a full disk they wait for the next time.
  }
}
