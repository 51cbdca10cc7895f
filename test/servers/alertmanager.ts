import { needProgram } from '../../app/demo/servers/program.ts'

/** Debian's package brings both. */
const program = (name: string) =>
  ({
    what: 'Prometheus Alertmanager',
    names: [name],
    apt: 'prometheus-alertmanager',
    brew: 'alertmanager',
  }) as const

/** Its path; null, with a line that says why, where it cannot be had. */
export function findAlertmanager(which: 'amtool' | 'prometheus-alertmanager'): string | null {
  try {
    return needProgram(program(which))
  } catch (error) {
    console.warn(`Not compared with the real Alertmanager. ${(error as Error).message}`)
    return null
  }
}
