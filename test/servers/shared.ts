import type { TestProject } from 'vitest/node'
import { buildConsole } from '../../app/demo/console-build.ts'
import { startPostgres } from '../../app/demo/servers/postgres.ts'
import { chromium, needProgram } from '../../app/demo/servers/program.ts'
import { startRedis } from './redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a database on a server where databases may be made. */
    readonly postgresUrl: string
    /** Null where no Redis is installed: see `sharedRedis`, which does something about it. */
    readonly redisUrl: string | null
  }
}

/** What all test files share: Postgres and Redis, unless DATABASE_URL and REDIS_URL name some, a browser, and the console as it is now. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { DATABASE_URL: givenPostgres, REDIS_URL: givenRedis } = process.env
  const postgres =
    givenPostgres === undefined ? await startPostgres({ settings: { synchronous_commit: 'off' } }) : null
  // Here and not in the test files: where it has to be installed, one process does it.
  const redis = givenRedis === undefined ? await startRedis().catch(() => null) : null
  if (process.env.CHROMIUM_PATH === undefined)
    try {
      needProgram(chromium)
    } catch (error) {
      console.warn(`Nothing is walked through in a browser. ${(error as Error).message}`)
    }
  await buildConsole()
  project.provide('postgresUrl', postgres?.url ?? (givenPostgres as string))
  project.provide('redisUrl', redis?.url ?? givenRedis ?? null)
  return async () => {
    await Promise.all([postgres?.drop(), redis?.drop()])
  }
}
