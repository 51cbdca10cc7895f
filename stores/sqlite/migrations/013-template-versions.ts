import type { Migration } from './index.ts'

// What templates are now is the first that is known of them.
export const templateVersions: Migration = {
  version: 13,
  name: 'template-versions',
  sql: `
  CREATE TABLE IF NOT EXISTS template_version (
    template_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author TEXT,
    name TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (template_id, version)
  ) STRICT;
  INSERT OR IGNORE INTO template_version (template_id, version, at, name, doc)
  SELECT id, version, updated_at, name, doc FROM template;
`,
}
