import { spawnSync } from 'node:child_process'
import { z } from 'zod'
import type { JsonSchema } from '../config/json-schema.ts'
import { isRecord } from '../config/tree.ts'
import type { Plugin } from './plugin.ts'
import { launchOf } from './process/launch.ts'
import { type Call, createFrameReader, decodeReply, encodeRequest } from './process/wire.ts'

/** Something wrong with the settings of a plugin's channel, as zod tells it. */
export interface SettingIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
  /** Settings that there are not, in the table at `path`. */
  readonly keys: readonly string[]
  /** What kind of value it must be, where that is what is wrong. */
  readonly expected: string | null
  /** Of a text that has the wrong form: "url", "email" ... */
  readonly format: string | null
}

/** The plugin's process could not be asked: its code does not load, exits, hangs. For people. */
export class PluginTrouble extends Error {}

const issuesSchema = z.array(
  z.looseObject({
    code: z.string(),
    path: z.array(z.union([z.string(), z.int()])),
    message: z.string(),
  }),
)
const maxAnswerBytes = 2 ** 20

/** The JSON Schema of a plugin's settings; null where it cannot be written as one. */
export function askSchema(plugin: Plugin, env: NodeJS.ProcessEnv): JsonSchema | null {
  const answer = ask(plugin, { name: 'describe' }, env)
  return isRecord(answer) ? (answer as JsonSchema) : null
}

/** What the plugin's own schema finds wrong with settings. */
export function askIssues(
  plugin: Plugin,
  settings: unknown,
  env: NodeJS.ProcessEnv,
): readonly SettingIssue[] {
  const parsed = issuesSchema.safeParse(ask(plugin, { name: 'check', settings }, env))
  if (!parsed.success) throw new PluginTrouble('it gave no answer that makes sense')
  return parsed.data.slice(0, 100).map(({ code, path, message, ...more }) => ({
    path,
    message: message.slice(0, 500),
    keys:
      code === 'unrecognized_keys' && Array.isArray(more.keys)
        ? more.keys.filter((key) => typeof key === 'string')
        : [],
    format: code === 'invalid_format' && typeof more.format === 'string' ? more.format : null,
    expected: code === 'invalid_type' && typeof more.expected === 'string' ? more.expected : null,
  }))
}

/** One question to a process of its own that ends with the answer: settings are read before anything runs, so this waits. */
function ask(plugin: Plugin, call: Call, env: NodeJS.ProcessEnv): unknown {
  const launch = launchOf(plugin, env)
  const input = Buffer.concat([
    encodeRequest({ type: 'load', load: launch.load }),
    encodeRequest({ type: 'call', id: 1, call }),
  ])
  const { openMs } = plugin.setting.limits
  const { output, status, signal, error } = spawnSync(launch.command, launch.args, {
    input,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: launch.env,
    cwd: launch.cwd,
    timeout: openMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxAnswerBytes,
    windowsHide: true,
  })
  let trouble: string | null = null
  let answer: { readonly value: unknown } | null = null
  createFrameReader(maxAnswerBytes, (frame) => {
    const reply = decodeReply(frame)
    if (reply?.type === 'answer' && reply.id === 1) answer ??= { value: reply.value }
    if (reply?.type === 'failure' || reply?.type === 'fatal') trouble ??= reply.message.slice(0, 1000)
  })(output?.[3] ?? Buffer.alloc(0))
  if (answer !== null) return (answer as { readonly value: unknown }).value
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ETIMEDOUT') throw new PluginTrouble(`it did not answer within ${openMs / 1000} s`)
  if (code === 'ENOBUFS') throw new PluginTrouble('it said more than can be read')
  throw new PluginTrouble(
    trouble ??
      error?.message ??
      (signal === null ? `it exited with code ${status}` : `it was ended by ${signal}`),
  )
}
