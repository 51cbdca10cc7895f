import { AsyncLocalStorage } from 'node:async_hooks'
import type { ChannelContext, Message, Outcome } from '../../engine/channel/index.ts'
import type { TokenSource } from './auth.ts'
import { interrupted } from './classify.ts'
import type { SmtpConfig } from './config.ts'
import { asFault, SmtpFault } from './faults.ts'
import { openSession, quit, type Session } from './session.ts'
import { type Attempt, createTransaction, type Transaction } from './transaction.ts'

export interface Pool {
  deliver(messages: readonly Message[], signal: AbortSignal): Promise<readonly Outcome[]>
  close(): Promise<void>
}

/** One call of `deliver`. */
interface Run {
  readonly outcomes: Outcome[]
  readonly size: number
  /** A letter of it was given to a connection. */
  begun: boolean
  aborted: boolean
  /** Do it as part of the call: a connection works for many. */
  readonly within: (work: () => void) => void
  finish(fault: SmtpFault | null): void
}

interface Job {
  readonly message: Message
  readonly run: Run
  tries: number
}

interface Member {
  readonly session: Session
  /** What it works on; null while idle. */
  job: Job | null
  transaction: Transaction | null
  cancelIdle: (() => void) | null
}

// A letter whose connection ended before anything could be taken gets one more connection.
const maxTries = 2
// Of a connection's letters, how many to one whose steps are timed: reading the clock for each would cost a campaign 1 %.
const timedEvery = 16
// Connections lost in a row, without one answer between them, after which the rest of the work is handed back.
const maxStrikes = 3
// After a connection beyond the first was refused (many servers allow few a client), how long to make do.
const growPauseMs = 1000

/** The server answered for this letter, whatever it said. */
const isProgress = (outcome: Outcome): boolean =>
  outcome.status === 'sent' ||
  outcome.status === 'permanent' ||
  (outcome.status === 'transient' && outcome.scope === 'recipient')

const timed = (attempt: Attempt, tookMs: number): Attempt =>
  attempt.outcome.status === 'sent' ? { ...attempt, outcome: { ...attempt.outcome, tookMs } } : attempt

/** Connections shared by all calls. The first one must stand before others are opened, so that a server that
 *  is down or refuses the password is asked once. Letters are worked in the order they came in, urgent ones before all
 *  others: where all connections are at work on those, one more is opened that takes none of them. */
export function createPool(config: SmtpConfig, context: ChannelContext, token: TokenSource): Pool {
  const { clock, log, meter } = context
  const urgent: Job[] = []
  const bulk: Job[] = []
  const members = new Set<Member>()
  const idle: Member[] = []
  const tasks = new Set<Promise<void>>()
  const running = new Set<Run>()
  let opening = 0
  /** Connections at work on letters that are not urgent. */
  let bulkBusy = 0
  let strikes = 0
  const ending = new AbortController()
  let cancelPause: (() => void) | null = null

  const queueOf = ({ message }: Job) => (message.urgent === true ? urgent : bulk)
  const hasWork = () => urgent.length > 0 || (bulk.length > 0 && bulkBusy < config.connections)
  const nextJob = () => urgent.shift() ?? (hasWork() ? bulk.shift() : undefined)

  const pump = () => {
    while (hasWork()) {
      const member = idle.pop()
      if (member === undefined) break
      start(member)
    }
    const waiting = urgent.length + bulk.length
    const taken = members.size + opening
    // The one beyond: those that are being opened would take what is urgent first.
    const room =
      urgent.length > 0 && opening === 0 && taken === config.connections ? 1 : config.connections - taken
    const wanted = members.size === 0 ? 1 - opening : cancelPause === null ? waiting - opening : 0
    for (let n = Math.min(room, wanted, waiting); n > 0; n--) track(grow())
  }

  const grow = async () => {
    opening++
    try {
      const session = await openSession(config, context, token, ending.signal)
      opening--
      const member: Member = { session, job: null, transaction: null, cancelIdle: null }
      members.add(member)
      log.debug({ connections: members.size }, 'smtp.connected')
      rest(member)
    } catch (error) {
      opening--
      const fault = asFault(error)
      log.warn({ kind: fault.kind, connections: members.size }, 'smtp.connect.failed')
      if (members.size === 0) giveBack(fault)
      else if (!ending.signal.aborted) {
        cancelPause?.()
        cancelPause = clock.after(growPauseMs, () => {
          cancelPause = null
          pump()
        })
      }
    }
    pump()
  }

  /** Without work for now. */
  const rest = (member: Member) => {
    const { wire } = member.session
    if (ending.signal.aborted) return retire(member)
    if (wire.fault !== null) return lose(member)
    idle.push(member)
    wire.onIdleEnd = () => lose(member)
    // `pump` takes it up at once where work is waiting: no timer then.
    if (!hasWork()) member.cancelIdle = clock.after(config.idleMs, () => retire(member))
  }

  const forget = (member: Member) => {
    member.cancelIdle?.()
    member.cancelIdle = null
    member.session.wire.onIdleEnd = null
    members.delete(member)
    const at = idle.indexOf(member)
    if (at >= 0) idle.splice(at, 1)
  }
  /** Its connection is gone. */
  const lose = (member: Member) => {
    forget(member)
    track(member.session.wire.closed)
  }

  const retire = (member: Member) => {
    forget(member)
    track(quit(member.session))
  }

  /** `close` waits for it. */
  const track = (task: Promise<void>) => {
    tasks.add(task)
    void task.finally(() => tasks.delete(task))
  }

  const start = (member: Member) => {
    member.cancelIdle?.()
    member.cancelIdle = null
    member.session.wire.onIdleEnd = null
    track(work(member))
  }

  const work = async (member: Member) => {
    for (let job = nextJob(); job !== undefined; job = nextJob()) {
      const ordinary = job.message.urgent !== true
      if (ordinary) bulkBusy++
      job.tries++
      job.run.begun = true
      const isTimed = member.session.served % timedEvery === 0
      const transaction = createTransaction(member.session, job.message, config, isTimed ? meter : undefined)
      member.job = job
      member.transaction = transaction
      const served = member.session.served
      const startedAt = performance.now()
      const attempt = timed(await transaction.run(), performance.now() - startedAt)
      member.job = null
      member.transaction = null
      if (ordinary) bulkBusy--
      settle(job, attempt, served)
      if (attempt.fault !== null) {
        lose(member)
        const { kind } = attempt.fault
        job.run.within(() => log.debug({ kind, connections: members.size }, 'smtp.disconnected'))
        return pump()
      }
      if (member.session.served >= config.messagesPerConnection) {
        retire(member)
        return pump()
      }
    }
    rest(member)
  }

  const settle = (job: Job, { outcome, fault, answered }: Attempt, served: number) => {
    if (isProgress(outcome)) strikes = 0
    if (fault === null || isProgress(outcome)) return answer(job.run, outcome)
    // A connection that had served and then said nothing was closed while it lay idle: no fault of the server.
    const stale = served > 0 && !answered && fault.kind === 'disconnected'
    // 421 on a connection that had served: the server wants a fresh one after so many letters.
    const worn = served > 0 && outcome.status === 'transient'
    const again = worn || (outcome.status === 'unsent' && fault.kind === 'disconnected')
    // Neither counts against the letter or the server, nor can they go on for ever: letters went through between.
    if (stale || worn) job.tries--
    else if (fault.kind !== 'aborted') {
      strikes += fault.kind === 'timeout' ? Math.ceil(maxStrikes / config.connections) : 1
    }
    if (again && job.tries < maxTries && !job.run.aborted) queueOf(job).unshift(job)
    else answer(job.run, outcome)
    if (strikes >= maxStrikes) {
      strikes = 0
      giveBack(fault)
    }
  }

  const answer = (run: Run, outcome: Outcome) => {
    run.outcomes.push(outcome)
    if (run.outcomes.length === run.size) run.finish(null)
  }

  /** Nothing of what waits can be sent now. */
  const giveBack = (fault: SmtpFault) => {
    for (const job of [...urgent.splice(0), ...bulk.splice(0)]) {
      job.run.outcomes.push(interrupted(job.message.id, fault, false))
      if (job.run.outcomes.length === job.run.size) job.run.finish(fault)
    }
  }

  const abort = (run: Run) => {
    if (run.aborted) return
    run.aborted = true
    const fault = new SmtpFault('aborted', 'Stopped before the letter was begun.')
    for (const queue of [urgent, bulk]) {
      const mine = queue.filter((job) => job.run === run)
      if (mine.length === 0) continue
      queue.splice(0, queue.length, ...queue.filter((job) => job.run !== run))
      for (const job of mine) answer(run, interrupted(job.message.id, fault, false))
    }
    for (const member of members) {
      if (member.job?.run === run) member.transaction?.interrupt(config.drainMs)
    }
  }

  return {
    deliver(messages, signal) {
      if (ending.signal.aborted) return Promise.reject(new SmtpFault('aborted', 'The channel is closed.'))
      if (messages.length === 0) return Promise.resolve([])
      return new Promise((resolve, reject) => {
        const onAbort = () => abort(run)
        const run: Run = {
          outcomes: [],
          size: messages.length,
          begun: false,
          aborted: false,
          within: AsyncLocalStorage.snapshot(),
          finish(fault) {
            running.delete(run)
            signal.removeEventListener('abort', onAbort)
            if (fault !== null && !run.begun) reject(fault)
            else resolve(run.outcomes)
          },
        }
        running.add(run)
        for (const message of messages) {
          const job: Job = { message, run, tries: 0 }
          queueOf(job).push(job)
        }
        signal.addEventListener('abort', onAbort)
        if (signal.aborted) abort(run)
        else pump()
      })
    },

    async close() {
      if (!ending.signal.aborted) {
        cancelPause?.()
        cancelPause = null
        // Those at work retire after the letter they hold; `abort` sets them a limit.
        for (const run of Array.from(running)) abort(run)
        for (const member of idle.slice()) retire(member)
        ending.abort()
      }
      // A task that ends may begin another: work, then quit.
      while (tasks.size > 0) await Promise.allSettled(tasks)
    },
  }
}
