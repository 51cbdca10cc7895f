import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { BroadsheetError } from '../../../engine/errors.ts'

/** The refusal of a damaged file: what is wrong, and how to get the data back. */
export function damaged(file: string, what: string): BroadsheetError {
  const backup = newestBackup(file)
  const source = backup === null ? 'your newest backup (none was found beside it)' : `the backup ${backup}`
  return new BroadsheetError(
    'E_STORE_CORRUPT',
    `The database ${file} is damaged: ${what}. It was left as it is. To restore: move ${file}, ${file}-wal and ${file}-shm aside, copy ${source} to ${file}, and start again. What is still readable in the damaged file can be had with: sqlite3 ${file} .recover`,
  )
}

/** The newest file beside it that is called like a copy of it: `<name>*.bak`, `<name>*backup*`, also in
 *  `backups/`. */
function newestBackup(file: string): string | null {
  const stem = basename(file, extname(file))
  const folder = dirname(file)
  const found = [folder, join(folder, 'backups')].flatMap((place) =>
    namesIn(place)
      .filter((name) => name.startsWith(stem) && name !== basename(file))
      .filter((name) => /\.bak$|backup/i.test(name) || place !== folder)
      .map((name) => ({ path: join(place, name), at: timeOf(join(place, name)) })),
  )
  return found.sort((a, b) => b.at - a.at)[0]?.path ?? null
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function timeOf(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return 0
  }
}
