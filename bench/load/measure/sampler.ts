import { readFileSync } from 'node:fs'
import { cpuByThread } from '../../cpu.ts'
import { machineMs } from './machine-clock.ts'

/** A part of the house whose memory and processor time are looked at. */
export interface Part {
  readonly name: string
  /** Its processes now: a database starts and ends some. */
  pids(): readonly number[]
  /** It is one of Node: its threads have names that say what they do. */
  readonly byThread: boolean
}

export interface Usage {
  /** By part: seconds since the run began, and bytes. */
  readonly memory: readonly {
    readonly part: string
    readonly points: readonly (readonly [number, number])[]
  }[]
  /** By part: seconds since the run began, and cores in use since the point before. */
  readonly cores: readonly {
    readonly part: string
    readonly points: readonly (readonly [number, number])[]
  }[]
  /** By part and thread, over the run: cores in use, the most first. */
  readonly threads: readonly { readonly part: string; readonly thread: string; readonly cores: number }[]
  /** Cores that programs took that have nothing to do with the run, or that the machine's own host took; null where it is not known. */
  readonly others: number | null
}

export interface Sampler {
  stop(): Usage
}

/** Looks at once, every `everyMs`, and at the end. Linux only: elsewhere there is nothing to see. */
export function startSampler(parts: readonly Part[], everyMs = 500): Sampler {
  const begun = machineMs()
  const first = parts.map(cpuOf)
  const machine = { busy: busyMicros(), own: sum(cpuByThread('self')) }
  const seen = parts.map(({ name }) => ({
    part: name,
    memory: [] as [number, number][],
    cores: [] as [number, number][],
  }))
  let before = { at: begun, cpu: first }
  const look = () => {
    const at = machineMs()
    const cpu = parts.map(cpuOf)
    const seconds = (at - begun) / 1000
    for (const [i, part] of parts.entries()) {
      const { memory, cores } = seen[i]!
      const bytes = memoryOf(part.pids())
      if (bytes > 0) memory.push([seconds, bytes])
      const used = sum(cpu[i]!) - sum(before.cpu[i]!)
      // A process of a database that ended takes its time with it.
      if (at > before.at) cores.push([seconds, Math.max(0, used) / 1000 / (at - before.at)])
    }
    before = { at, cpu }
  }
  look()
  const timer = setInterval(look, everyMs)
  return {
    stop() {
      clearInterval(timer)
      look()
      const elapsedMicros = (machineMs() - begun) * 1000
      const threads = parts.flatMap(({ name: part, byThread }, i) => {
        const used = [...before.cpu[i]!].map(([thread, micros]) => ({
          thread: byThread ? threadTitle(thread) : 'all processes',
          micros: micros - (first[i]!.get(thread) ?? 0),
        }))
        return [...Map.groupBy(used, ({ thread }) => thread)].map(([thread, some]) => ({
          part,
          thread,
          cores:
            Math.max(
              0,
              some.reduce((all, { micros }) => all + micros, 0),
            ) / elapsedMicros,
        }))
      })
      const ours = before.cpu.reduce((all, cpu, i) => all + Math.max(0, sum(cpu) - sum(first[i]!)), 0)
      const own = sum(cpuByThread('self')) - machine.own
      const busy = busyMicros()
      return {
        others:
          busy === null || machine.busy === null
            ? null
            : Math.max(0, busy - machine.busy - ours - own) / elapsedMicros,
        memory: seen.map(({ part, memory }) => ({ part, points: memory })),
        cores: seen.map(({ part, cores }) => ({ part, points: cores })),
        threads: threads.filter(({ cores }) => cores > 0).sort((a, b) => b.cores - a.cores),
      }
    },
  }
}

const ticksPerSecond = 100

/** That no processor idled since the machine began, microseconds. */
function busyMicros(): number | null {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
    // user nice system idle iowait irq softirq steal: proc_stat(5).
    const [user, nice, system, , , irq, softirq, steal] = line.split(/\s+/).slice(1).map(Number)
    return (
      ([user, nice, system, irq, softirq, steal].reduce<number>((all, one) => all + (one ?? 0), 0) * 1e6) /
      ticksPerSecond
    )
  } catch {
    return null
  }
}

const sum = (micros: ReadonlyMap<string, number>): number =>
  [...micros.values()].reduce((all, some) => all + some, 0)

function cpuOf({ pids }: Part): ReadonlyMap<string, number> {
  const all = new Map<string, number>()
  for (const pid of pids())
    for (const [thread, micros] of cpuByThread(pid)) all.set(thread, (all.get(thread) ?? 0) + micros)
  return all
}

/** What the kernel calls a thread of Node, in words; its names are cut after 15 characters. */
function threadTitle(name: string): string {
  if (name === 'MainThread' || name === 'node') return 'main thread'
  if (name.startsWith('piscina') || name.startsWith('WorkerThread') || name.startsWith('[worker'))
    return 'render threads'
  if (name.startsWith('V8Worker') || name.startsWith('DelayedTask')) return 'compiler, collector'
  if (name.startsWith('libuv')) return 'files, DNS, hashes'
  return 'others'
}

/** What the processes have to themselves, and once what they share: Postgres counts its buffers in each of its processes. */
function memoryOf(pids: readonly number[]): number {
  let [own, shared] = [0, 0]
  for (const pid of pids)
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const bytes = (field: string) =>
        Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
      const pages = bytes('RssShmem')
      own += bytes('VmRSS') - pages - (pids.length > 1 ? bytes('RssFile') : 0)
      shared = Math.max(shared, pages)
    } catch {
      // It ended meanwhile.
    }
  return own + shared
}
