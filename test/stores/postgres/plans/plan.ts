import { Client } from 'pg'

/** A statement as a store sent it. */
export interface Sent {
  readonly text: string
  readonly values: readonly unknown[]
  /** Kept by the connection, which may take one plan for whatever values then. */
  readonly kept: boolean
}

/** A node of a plan, as EXPLAIN says it. */
export interface Step {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  /** Where it was run; 0: never executed. */
  readonly 'Actual Loops'?: number
  readonly Plans?: readonly Step[]
}

/** The statements that `work` sends, by whatever connection of this process. */
export async function statementsOf(work: () => Promise<unknown>): Promise<readonly Sent[]> {
  const sent: Sent[] = []
  const query = Client.prototype.query as (this: Client, ...args: unknown[]) => unknown
  Client.prototype.query = function (this: Client, ...args: unknown[]) {
    const [asked] = args as [string | { text: string; values?: readonly unknown[]; name?: string }]
    if (typeof asked === 'object' && /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/.test(asked.text))
      sent.push({ text: asked.text, values: asked.values ?? [], kept: asked.name !== undefined })
    return query.apply(this, args)
  } as typeof Client.prototype.query
  try {
    await work()
  } finally {
    Client.prototype.query = query as typeof Client.prototype.query
  }
  if (sent.length === 0) throw new Error('nothing was asked of the database')
  return sent
}

/** How Postgres goes about it: all steps of its plan. `run`: it is executed, and rolled back. */
export const stepsOf = ({ text, values }: Sent, client: Client, { run = false } = {}) =>
  explain(client, `(FORMAT JSON${run ? ', ANALYZE' : ''}) ${text}`, values)

/** The same of the plan that it may keep for any values. */
export const keptStepsOf = ({ text }: Sent, client: Client) =>
  explain(client, `(FORMAT JSON, GENERIC_PLAN) ${text}`, [])

async function explain(client: Client, text: string, values: readonly unknown[]): Promise<readonly Step[]> {
  await client.query('BEGIN')
  const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: Step }[] }>(
    `EXPLAIN ${text}`,
    values as unknown[],
  )
  await client.query('ROLLBACK')
  const flat = (step: Step): readonly Step[] => [step, ...(step.Plans ?? []).flatMap(flat)]
  return (rows[0]?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => flat(Plan))
}

/** The large tables that are read from end to end. */
export const walksIn = (steps: readonly Step[]): readonly string[] =>
  steps
    .filter((step) => step['Node Type'] === 'Seq Scan')
    .map((step) => step['Relation Name'] ?? '')
    .filter((table) =>
      /^(subscriber|membership|publication|(delivery|event)_\d+|alert|notification|posting|follow|rollup_(count|people|domain)|touch|score|active_month|subscription|affinity)$/.test(
        table,
      ),
    )

export const indexesIn = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap((step) => step['Index Name'] ?? [])

/** The partitions that are read, by what stands behind their tables' names. */
export const monthsIn = (steps: readonly Step[]): readonly string[] =>
  steps
    .filter((step) => step['Actual Loops'] !== 0)
    .flatMap((step) => /^(?:delivery|event)_(\d{6})/.exec(step['Relation Name'] ?? '')?.[1] ?? [])
