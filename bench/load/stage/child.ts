import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a process can be asked, by name. */
type Talk = { readonly [kind: string]: { readonly asked: unknown; readonly answer: unknown } }

/** A process of this program that answers its parent. Questions may overlap. */
export interface Child<T extends Talk> {
  readonly pid: number
  /** Rejects when it fails, or ends. */
  ask<Kind extends keyof T & string>(kind: Kind, asked: T[Kind]['asked']): Promise<T[Kind]['answer']>
  end(): Promise<void>
}

interface Question {
  readonly id: number
  readonly kind: string
  readonly asked: unknown
}
type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }

export function startChild<T extends Talk>(module: URL, args: readonly string[] = []): Child<T> {
  const path = fileURLToPath(module)
  const child = fork(path, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  let asked = 0
  child.on('message', (reply: Reply) => {
    const asker = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) asker?.reject(new Error(reply.error))
    else asker?.resolve(reply.answer)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const { reject } of waiting.values()) reject(new Error(`${path} ended with ${code}`))
      waiting.clear()
      resolve()
    })
  })
  return {
    pid: child.pid!,
    ask: (kind, what) =>
      new Promise((resolve, reject) => {
        const id = ++asked
        waiting.set(id, { resolve, reject })
        child.send({ id, kind, asked: what } satisfies Question)
      }),
    async end() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** The other side: answers, and ends with its parent. */
export function answerParent<T extends Talk>(
  answers: {
    readonly [Kind in keyof T]: (asked: T[Kind]['asked']) => Promise<T[Kind]['answer']> | T[Kind]['answer']
  },
): void {
  const send = (reply: Reply) => process.send?.(reply)
  process.on('message', ({ id, kind, asked }: Question) => {
    Promise.resolve()
      .then(() => answers[kind]!(asked))
      .then(
        (answer) => send({ id, answer }),
        (error: unknown) => send({ id, error: error instanceof Error ? `${error.stack}` : String(error) }),
      )
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl+C reaches the whole group: the parent says when it is over.
  process.on('SIGINT', () => {})
}
