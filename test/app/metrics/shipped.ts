import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { read, root, yaml } from '../../deploy/files.ts'

export interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly datasource: { readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly {
    readonly refId: string
    readonly expr: string
    readonly legendFormat: string
  }[]
}
export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] }
  readonly panels: readonly Panel[]
}

const folder = 'deploy/monitoring/grafana'

/** The dashboards that are shipped, by file. */
export const dashboards: readonly (readonly [name: string, dashboard: Dashboard])[] = readdirSync(
  join(root, folder),
)
  .filter((file) => file.endsWith('.json'))
  .map((file) => [file.replace('.json', ''), JSON.parse(read(`${folder}/${file}`)) as Dashboard])

export const rulesFile = 'deploy/monitoring/prometheus/broadsheet.rules.yml'

export interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly remedy: string }
}
export const rules: readonly Rule[] = yaml<{ groups: readonly { rules: readonly Rule[] }[] }>(
  read(rulesFile),
).groups.flatMap((group) => group.rules)

/** As Grafana asks it: its variables stand for these. */
export const asAsked = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '10m').replaceAll('$channel', '.*')
