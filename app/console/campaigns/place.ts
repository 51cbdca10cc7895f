import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { Delivery } from '../api/operations.ts'
import { defined } from '../parts/search.ts'
import type { TabName } from './tabs.ts'

const route = getRouteApi('/campaigns/$campaign')

export interface PlaceSearch {
  readonly tab?: TabName
  /** Whose letter is shown. */
  readonly as?: string
  /** Id of a publication. */
  readonly run?: string
  /** Of deliveries. */
  readonly state?: Delivery['state']
}

/** Where in a campaign the page is, as the address says; `go` changes what it names, and leaves the rest. */
export function useCampaignPlace(): {
  readonly search: PlaceSearch
  readonly go: (
    change: { readonly [K in keyof PlaceSearch]?: PlaceSearch[K] | undefined },
    options?: {
      readonly replace?: boolean
      /** Of another campaign, or this one by its new name. */
      readonly campaign?: string
    },
  ) => void
} {
  const search: PlaceSearch = route.useSearch()
  const { campaign: here } = route.useParams()
  const navigate = useNavigate()
  return {
    search,
    go: (change, { replace = false, campaign = here } = {}) =>
      void navigate({
        to: '/campaigns/$campaign',
        params: { campaign },
        search: defined({ ...search, ...change }),
        replace,
      }),
  }
}
