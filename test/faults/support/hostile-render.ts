import run from '../../../engine/render/worker.ts'

type Task = Parameters<typeof run>[0]

/** A render thread that does to a batch what the name of one of its recipients says. */
export default function hostile(task: Task): ReturnType<typeof run> {
  if (task.kind !== 'letters') return run(task)
  if (task.recipients.includes('exit@')) process.exit(1)
  if (task.recipients.includes('throw@')) throw new Error('a defect in the thread')
  if (task.recipients.includes('later@')) {
    setTimeout(() => {
      throw new Error('nobody catches this')
    })
    return new Promise(() => {})
  }
  if (task.recipients.includes('loop@')) for (;;);
  if (task.recipients.includes('memory@')) {
    const kept: number[][] = []
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i))
  }
  return run(task)
}
