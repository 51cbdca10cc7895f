import type { Clock } from '../../clock.ts'
import { BroadsheetError } from '../../errors.ts'
import type { ImportId, Json, Page } from '../../model/ids.ts'
import type { ImportJob, ImportKindName } from '../../ports/imports.ts'
import type { Meter } from '../../ports/meter.ts'
import type { Store } from '../../ports/store.ts'
import type { MergeRule } from '../../ports/subscribers.ts'
import type { AddressChecker, CheckActions } from '../address-check.ts'
import type { PresetName } from '../columns/presets.ts'
import type { FileOptions } from '../files/open.ts'
import { listIds } from '../list-ids.ts'
import {
  type ImportOptions,
  type ImportResult,
  importItems,
  importSubscribers,
  importSuppressions,
} from './import.ts'

/** What an import was asked for: kept with its job, so that a resumed one does the same. */
export interface ImportSettings extends FileOptions {
  readonly lists?: readonly string[] | undefined
  readonly createLists?: boolean | undefined
  readonly merge?: MergeRule | undefined
  readonly map?: { readonly [column: string]: string } | undefined
  readonly preset?: PresetName | 'none' | undefined
  readonly check?: CheckActions | undefined
}

export interface ImportRequest extends Pick<ImportOptions, 'dryRun' | 'onProgress' | 'onRejects' | 'signal'> {
  readonly settings: ImportSettings
  /** Of the file. */
  readonly name?: string | null | undefined
  /** Hears the job's id before anything is read. */
  readonly onBegin?: ((id: ImportId) => void) | undefined
  /** Go on with this import; its own settings count then, and the file must begin as it began. */
  readonly resume?: ImportId | undefined
}

/** Imports as jobs that can be looked at, and taken up again after a crash. */
export interface Importer {
  /** Rejects as `importSubscribers`, and with E_STATE when the job to resume is being worked, E_NOT_FOUND when there is none
   *  of this kind, E_CONFLICT when the file is another one. */
  run(kind: ImportKindName, source: AsyncIterable<Uint8Array>, request: ImportRequest): Promise<ImportResult>
  /** A job that says `running` and is not, since its daemon died, is `interrupted`. */
  get(id: ImportId): Promise<ImportJob | null>
  page(query: { readonly after: number; readonly limit: number }): Promise<Page<ImportJob>>
}

export function createImporter(parts: {
  readonly store: Pick<Store, 'imports' | 'subscribers' | 'lists' | 'items' | 'suppressions'>
  readonly clock: Clock
  readonly checker: AddressChecker
  readonly meter?: Pick<Meter, 'imported'>
}): Importer {
  const { store, clock, checker, meter } = parts
  const active = new Set<ImportId>()

  const view = (job: ImportJob): ImportJob =>
    job.state === 'running' && !active.has(job.id) ? { ...job, state: 'interrupted' } : job

  const begin = async (kind: ImportKindName, request: ImportRequest): Promise<ImportJob> =>
    store.imports.begin({
      kind,
      name: request.name ?? null,
      settings: JSON.parse(JSON.stringify(request.settings)) as Json,
      now: clock.now(),
    })

  const takeUp = async (kind: ImportKindName, id: ImportId): Promise<ImportJob> => {
    const job = await store.imports.get(id)
    if (job === null || job.kind !== kind)
      throw new BroadsheetError('E_NOT_FOUND', `There is no import ${id} of ${kind}.`)
    if (active.has(id)) throw new BroadsheetError('E_STATE', `The import ${id} is running: wait for its end.`)
    const resumed = await store.imports.resume(id, clock.now())
    if (resumed === null)
      throw new BroadsheetError('E_STATE', `The import ${id} is finished: there is nothing to resume.`)
    return resumed
  }

  const work = (
    kind: ImportKindName,
    source: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    settings: ImportSettings,
    job: ImportOptions['job'],
  ): Promise<ImportResult> => {
    const origin = request.name ?? null
    const { dryRun, onProgress, onRejects, signal } = request
    const {
      lists = [],
      createLists = false,
      merge = 'overwrite',
      map,
      preset,
      check = {},
      ...file
    } = settings
    const checks = { checker, actions: check }
    const onWritten: ImportOptions['onWritten'] = (rows) => meter?.imported(kind, rows)
    const options = { ...file, clock, map, checks, dryRun, onProgress, onWritten, onRejects, signal, job }
    switch (kind) {
      case 'subscribers':
        return importSubscribers(source, { ...options, store, lists, createLists, merge, preset, origin })
      case 'items':
        return importItems(source, { ...options, store })
      case 'suppressions':
        return importSuppressions(source, { ...options, store })
    }
  }

  return {
    async run(kind, source, request) {
      // Before there is a job: a misspelt list is no import.
      if (request.resume === undefined) await listIds(store, request.settings.lists ?? [])
      if (request.dryRun === true) return work(kind, source, request, request.settings, undefined)
      const resumed = request.resume === undefined ? null : await takeUp(kind, request.resume)
      const job = resumed ?? (await begin(kind, request))
      const { id } = job
      active.add(id)
      request.onBegin?.(id)
      try {
        const settings = resumed === null ? request.settings : (resumed.settings as ImportSettings)
        const result = await work(kind, source, request, settings, { store: store.imports, id, resumed })
        const { rejects, reasons, columns, preset, file, warned, warnings } = result
        const report = JSON.parse(
          JSON.stringify({ rejects, reasons, columns, preset, file, warned, warnings }),
        ) as Json
        await store.imports.end(id, { state: 'finished', detail: null, report }, clock.now())
        return result
      } catch (error) {
        const refused = error instanceof BroadsheetError && error.status < 500
        const detail = error instanceof Error ? error.message.slice(0, 500) : String(error).slice(0, 500)
        // The store may be what failed: the job says so by itself then, once its daemon looks at it again.
        await store.imports
          .end(id, { state: refused ? 'failed' : 'interrupted', detail, report: null }, clock.now())
          .catch(() => {})
        throw error
      } finally {
        active.delete(id)
      }
    },
    async get(id) {
      const job = await store.imports.get(id)
      return job === null ? null : view(job)
    },
    async page(query) {
      const page = await store.imports.page(query)
      return { ...page, rows: page.rows.map(view) }
    },
  }
}
