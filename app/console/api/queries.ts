import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  QueryCache,
  QueryClient,
  type QueryKey,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { type Answer, call, type Given, type GivenArgs, type OperationName, Refusal } from './client.ts'

export type ReadName = Extract<OperationName, `GET ${string}`>
/** Operations that answer `{ data, next }`. */
type PagedName = {
  [K in ReadName]: Answer<K> extends { readonly data: readonly unknown[]; readonly next: unknown } ? K : never
}[ReadName]

/** For `useQuery`: what a GET answers. Its key begins with the operation's name, so that `stale` finds it. */
export const read = <K extends ReadName>(name: K, ...args: GivenArgs<K>) =>
  queryOptions({
    queryKey: keyOf(name, args[0]),
    queryFn: ({ signal }) => (call as LooseCall<K>)(name, { ...args[0], signal }),
  })

/** For `useInfiniteQuery`: a list, page by page. */
export const readPages = <K extends PagedName>(name: K, given: Given<K>) =>
  infiniteQueryOptions<
    Answer<K>,
    Error,
    InfiniteData<Answer<K>, string | undefined>,
    QueryKey,
    string | undefined
  >({
    queryKey: [...keyOf(name, given), 'pages'],
    queryFn: ({ pageParam, signal }) => {
      const { query } = given as { query?: object }
      return (call as LooseCall<K>)(name, { ...given, query: { ...query, after: pageParam }, signal })
    },
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => (next === null ? undefined : String(next)),
    placeholderData: keepPreviousData,
  })

/** For `useMutation`: a write, and which lists and things it makes stale. */
export function useWrite<K extends Exclude<OperationName, ReadName>>(
  name: K,
  ...stale: readonly ReadName[]
): ReturnType<typeof useMutation<Answer<K>, Refusal, Given<K>>> {
  const client = useQueryClient()
  return useMutation<Answer<K>, Refusal, Given<K>>({
    mutationFn: (given) => (call as LooseCall<K>)(name, given),
    onSuccess: () => markStale(client, ...stale),
  })
}

export async function markStale(client: QueryClient, ...names: readonly ReadName[]): Promise<void> {
  await Promise.all(names.map((name) => client.invalidateQueries({ queryKey: [name] })))
}

type LooseCall<K extends OperationName> = (name: K, given: object) => Promise<Answer<K>>

const keyOf = (name: OperationName, given: object | undefined): QueryKey =>
  given === undefined ? [name] : [name, given]

/** What is worth asking again by itself: nothing that the daemon refused for good. */
const mayPass = (error: Error): boolean =>
  !(error instanceof Refusal) || error.status === 0 || error.status === 503 || error.status === 429

const whoAsks: ReadName = 'GET /access/me'

/** One for the page. `onSignedOut` hears that the session is over. */
export const createQueries = (onSignedOut: () => void): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey: [name] }) => {
        if (name !== whoAsks && error instanceof Refusal && error.code === 'E_AUTH') onSignedOut()
      },
    }),
    defaultOptions: {
      queries: {
        // The stream says what has changed; this is for what it does not.
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && mayPass(error),
        retryDelay: (_failures, error) =>
          error instanceof Refusal && error.retryAfterSeconds !== null
            ? error.retryAfterSeconds * 1000
            : 1000,
      },
      mutations: { retry: false },
    },
  })
