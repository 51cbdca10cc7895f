import type { Migration } from './index.ts'

// What templates are now is the first that is known of them.
export const templateVersions: Migration = {
  version: 8,
  name: 'template-versions',
  sql: `
  CREATE TABLE IF NOT EXISTS template_version (
    template_id bigint NOT NULL,
    version integer NOT NULL,
    at bigint NOT NULL,
    author text,
    name text NOT NULL,
    doc json NOT NULL,
    PRIMARY KEY (template_id, version)
  );
  INSERT INTO template_version (template_id, version, at, name, doc)
  SELECT id, version, updated_at, name, doc FROM template
  ON CONFLICT DO NOTHING;
`,
}
