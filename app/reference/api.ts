import { engineConfigSchema } from '../../engine/config.ts'
import { createEngine } from '../../engine/engine.ts'
import { silentLog } from '../../engine/log.ts'
import { createMemoryQueue } from '../../stores/memory/nodes/queue.ts'
import { openMemoryStore } from '../../stores/memory/open.ts'
import { createHttp } from '../http/server.ts'
import { cell } from './cell.ts'

interface Content {
  readonly [type: string]: { readonly schema?: unknown }
}

/** The part of OpenAPI that references are made from. */
interface Operation {
  readonly summary: string
  readonly tags: readonly [string]
  readonly 'x-broadsheet-scope': string
  readonly parameters?: readonly {
    readonly in: string
    readonly name: string
    readonly required?: boolean
    readonly schema: unknown
  }[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: { readonly [status: string]: { readonly content?: Content } }
}
export interface Described {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly components: { readonly schemas: { readonly [name: string]: unknown } }
}

/** Every operation by its tag and path, as a page of Markdown. */
export async function apiPage(): Promise<string> {
  const operations = Object.entries((await describedApi()).paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        path,
        method: method.toUpperCase(),
      })),
    )
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const sections = [...Map.groupBy(operations, ({ tags: [tag] }) => tag)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )
  return [
    '# HTTP API',
    `Made by \`npm run docs:generate\`. A daemon describes the same at \`/openapi.json\`, with bodies, parameters and answers. Who may is a
scope ([access](../access.md)), \`user\` (somebody signed in), \`local\` (commands on the daemon's machine), \`any\` (whoever is known) or \`public\`. Refusals: [error codes](errors.md).`,
    ...sections.flatMap(([tag, those]) => [
      `## ${tag}`,
      [
        '| method | path | who may | what | statuses |',
        '| --- | --- | --- | --- | --- |',
        ...those.map(
          ({ method, path, summary, responses, 'x-broadsheet-scope': scope }) =>
            `| ${method} | \`${path}\` | \`${scope}\` | ${cell(summary)} | ${Object.keys(responses).toSorted().join(' ')} |`,
        ),
      ].join('\n'),
    ]),
    '',
  ].join('\n\n')
}

const keyOf = ({ path, method }: { readonly path: string; readonly method: string }) => `${path} ${method}`

/** As a daemon of nothing but defaults says it, on no port. */
export async function describedApi(): Promise<Described> {
  await using undo = new AsyncDisposableStack()
  const store = undo.adopt(openMemoryStore(), (one) => one.close())
  const queue = undo.adopt(createMemoryQueue(), (one) => one.close())
  const config = engineConfigSchema.parse({
    publicUrl: 'http://localhost:8025',
    secrets: ['signs nothing: no letter leaves'],
  })
  const engine = undo.adopt(await createEngine(config, { store, queue, channels: {} }), (one) => one.stop())
  const app = undo.adopt(await createHttp({ engine, log: silentLog, version: '' }), (one) => one.close())
  await app.ready()
  return app.swagger() as unknown as Described
}
