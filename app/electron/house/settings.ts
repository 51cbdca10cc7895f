import { z } from 'zod'
import { readJsonFile, writeJsonFile } from './json-file.ts'

/** The desktop's own settings, in `desktop.json`; the engine's are in `broadsheet.yaml`. */
export const settingsSchema = z.strictObject({
  connection: z
    .discriminatedUnion('to', [
      z.strictObject({ to: z.literal('own') }),
      z.strictObject({ to: z.literal('remote'), url: z.url() }),
    ])
    .default({ to: 'own' })
    .describe('Whose console the window shows: that of the own engine, or of a daemon elsewhere'),
  remotes: z
    .array(z.url())
    .max(20)
    .default([])
    .describe('Daemons that it was connected to, the last one first'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('Where the own engine listened last; 0: it has not yet'),
  plainKeys: z
    .boolean()
    .default(false)
    .describe('The user agreed to secrets in a file of the data folder, where the system has no keyring'),
  notifications: z.boolean().default(true).describe('Of alerts that begin to fire'),
  updates: z
    .strictObject({
      from: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe(
          'A folder, or an https address, that holds latest*.yml and the packages. Null: none are looked for',
        ),
    })
    .prefault({}),
})
export type Settings = z.output<typeof settingsSchema>
export type Connection = Settings['connection']

export interface SettingsFile {
  readonly now: Settings
  change(change: Partial<Settings>): void
}

export function openSettings(file: string): SettingsFile {
  let now = readJsonFile(file, settingsSchema)
  return {
    get now() {
      return now
    },
    change(change) {
      now = settingsSchema.parse({ ...now, ...change })
      writeJsonFile(file, now)
    },
  }
}
