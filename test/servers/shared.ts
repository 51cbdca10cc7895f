import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../app/demo/servers/postgres.ts'
import { startRedis } from './redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a database on a server where databases may be made. */
    readonly postgresUrl: string
    /** Null where no Redis is installed: see `sharedRedis`, which does something about it. */
    readonly redisUrl: string | null
  }
}

/** Servers that all test files share: Postgres and Redis, unless DATABASE_URL and REDIS_URL name some. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { DATABASE_URL: givenPostgres, REDIS_URL: givenRedis } = process.env
  const postgres =
    givenPostgres === undefined ? await startPostgres({ settings: { synchronous_commit: 'off' } }) : null
  // Here and not in the test files: where it has to be installed, one process does it.
  const redis = givenRedis === undefined ? await startRedis().catch(() => null) : null
  project.provide('postgresUrl', postgres?.url ?? (givenPostgres as string))
  project.provide('redisUrl', redis?.url ?? givenRedis ?? null)
  return async () => {
    await Promise.all([postgres?.drop(), redis?.drop()])
  }
}
