import { styleText } from 'node:util'
import { type DestinationStream, pino, stdTimeFunctions } from 'pino'
import type { Log } from '../engine/log.ts'
import { traceFields } from '../engine/trace.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** `auto`: text on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'text'
}

const secretFields = [
  'authorization',
  'cookie',
  'password',
  'pass',
  'token',
  'secret',
  'secrets',
  'privateKey',
  'apiKey',
  'key',
]

/** A log of one line an event: JSON `{"level","time","event",...}`, or text for people. Fields whose names
 *  are secrets' names are struck out to the second depth, should one ever get there. What is part of a trace says so: `traceId`, and
 *  whose it is (`requestId`, `publicationId`, `campaignId`, `notificationId`). */
export function createLog(options: LogOptions, out: NodeJS.WriteStream = process.stderr): Log {
  const text = options.format === 'text' || (options.format === 'auto' && out.isTTY)
  return pino(
    {
      level: options.level,
      base: null,
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      mixin: traceFields,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '(secret)',
      },
    },
    text ? textLines(out) : { write: (line: string) => void out.write(line) },
  )
}

const levelStyles = {
  debug: 'dim',
  info: 'cyan',
  warn: 'yellow',
  error: 'red',
} as const

/** `14:03:09 WARN  circuit.opened channel=smtp code="421"` */
function textLines(out: NodeJS.WriteStream): DestinationStream {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: out })
  return {
    write(line) {
      const { level, time, event, err, ...fields } = JSON.parse(line) as Record<string, unknown>
      const at = new Date(String(time)).toTimeString().slice(0, 8)
      const name = level as keyof typeof levelStyles
      const words = Object.entries(fields).map(([key, value]) => `${style('dim', `${key}=`)}${word(value)}`)
      const label = style(levelStyles[name] ?? 'cyan', String(level).toUpperCase().padEnd(5))
      out.write(
        `${style('dim', at)} ${label} ${[typeof event === 'string' ? event : '', ...words].join(' ')}\n`,
      )
      const stack = (err as { stack?: unknown } | undefined)?.stack
      if (typeof stack === 'string') out.write(`${style('dim', stack.replace(/^/gm, '  '))}\n`)
    },
  }
}

const word = (value: unknown): string =>
  typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value)
