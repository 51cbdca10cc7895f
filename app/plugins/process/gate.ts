/** At most `most` bytes inside at a time, first come, first served; one that is larger waits until nobody is. */
export function createGate(most: number) {
  let inside = 0
  const waiting: { readonly bytes: number; readonly go: () => void }[] = []
  const admit = () => {
    for (
      let next = waiting[0];
      next !== undefined && (inside === 0 || inside + next.bytes <= most);
      next = waiting[0]
    ) {
      waiting.shift()
      inside += next.bytes
      next.go()
    }
  }
  return {
    enter: (bytes: number) =>
      new Promise<() => void>((resolve) => {
        const leave = () => {
          inside -= bytes
          admit()
        }
        waiting.push({ bytes, go: () => resolve(leave) })
        admit()
      }),
  }
}
