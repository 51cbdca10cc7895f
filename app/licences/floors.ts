/** A package, and the version below which it has a hole or a fault that matters here. */
export interface Floor {
  readonly name: string
  readonly floor: string
  readonly closes: string
}

export const floors: readonly Floor[] = [
  { name: 'liquidjs', floor: '10.27.2', closes: 'A template could run code' },
]
