import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../app/demo/servers/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a database on a server where databases may be made. */
    readonly postgresUrl: string
  }
}

/** Servers that all test files share: Postgres, unless DATABASE_URL names one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.DATABASE_URL
  const postgres =
    given === undefined ? await startPostgres({ settings: { synchronous_commit: 'off' } }) : null
  project.provide('postgresUrl', postgres?.url ?? (given as string))
  return async () => {
    await postgres?.drop()
  }
}
