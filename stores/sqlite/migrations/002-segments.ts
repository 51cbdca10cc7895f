import type { Migration } from './index.ts'

/** The settings that an audience may have besides lists, in a document that was written before there were any. */
const widened = (table: string, column: string, fields: Readonly<Record<string, string>>) => {
  const pairs = Object.entries(fields).map(([name, value]) => `'$.${name}', json('${value}')`)
  const [first] = Object.keys(fields)
  return `
  UPDATE ${table}
  SET ${column} = json_insert(${column}, ${pairs.join(', ')})
  WHERE json_type(${column}, '$.${first}') IS NULL;
`
}

export const segments: Migration = {
  version: 2,
  name: 'segments',
  sql: `
  CREATE TABLE IF NOT EXISTS segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;

  -- Of publications whose audience is not of lists alone. rules: the rest of the audience, as in the spec.
  -- planned_to: the last id that planning has looked at; where it is the end, planning is done.
  CREATE TABLE IF NOT EXISTS publication_audience (
    publication_id INTEGER PRIMARY KEY,
    planned_to INTEGER NOT NULL DEFAULT 0,
    rules TEXT NOT NULL
  ) STRICT;

  ${widened('publication', 'spec', {
    segments: '[]',
    excludeSegments: '[]',
    publications: '[]',
    excludePublications: '[]',
  })}
  ${widened('campaign', 'input', {
    segments: '[]',
    excludeSegments: '[]',
    campaigns: '[]',
    excludeCampaigns: '[]',
    where: 'null',
  })}
`,
}
