import {
  type Icon,
  IconAddressBook,
  IconArticle,
  IconBan,
  IconBell,
  IconCalendar,
  IconChartLine,
  IconFilter,
  IconHome,
  IconListDetails,
  IconPhoto,
  IconPlugConnected,
  IconRss,
  IconSend,
  IconServer,
  IconSettings,
  IconTags,
  IconTemplate,
} from '@tabler/icons-react'
import type { Words } from '../words/index.tsx'
import type { Scope } from './session.tsx'

type NavWord = keyof Words['shell']['nav']

export interface Place {
  readonly to: string
  readonly word: NavWord
  readonly icon: Icon
  /** Who has none of these is not shown it. Empty: everybody. */
  readonly needs: readonly Scope[]
  /** After `g`. */
  readonly letter: string
}

/** Where the navigation leads, in its groups. */
export const places: readonly { readonly word: NavWord | null; readonly places: readonly Place[] }[] = [
  {
    word: null,
    places: [
      { to: '/', word: 'home', icon: IconHome, needs: [], letter: 'h' },
      { to: '/alerts', word: 'alerts', icon: IconBell, needs: ['alerts:read'], letter: 'a' },
    ],
  },
  {
    word: 'publish',
    places: [
      { to: '/campaigns', word: 'campaigns', icon: IconSend, needs: ['campaigns:read'], letter: 'c' },
      { to: '/calendar', word: 'calendar', icon: IconCalendar, needs: ['campaigns:read'], letter: 'k' },
      { to: '/analytics', word: 'analytics', icon: IconChartLine, needs: ['analytics:read'], letter: 'n' },
    ],
  },
  {
    word: 'audience',
    places: [
      {
        to: '/subscribers',
        word: 'subscribers',
        icon: IconAddressBook,
        needs: ['subscribers:read'],
        letter: 's',
      },
      { to: '/segments', word: 'segments', icon: IconFilter, needs: ['subscribers:read'], letter: 'e' },
      { to: '/lists', word: 'lists', icon: IconListDetails, needs: ['subscribers:read'], letter: 'l' },
      { to: '/suppressions', word: 'suppressions', icon: IconBan, needs: ['subscribers:read'], letter: 'x' },
    ],
  },
  {
    word: 'content',
    places: [
      { to: '/items', word: 'items', icon: IconArticle, needs: ['content:read'], letter: 'i' },
      { to: '/feeds', word: 'feeds', icon: IconRss, needs: ['content:read'], letter: 'f' },
      { to: '/topics', word: 'topics', icon: IconTags, needs: ['content:read'], letter: 'o' },
      { to: '/templates', word: 'templates', icon: IconTemplate, needs: ['content:read'], letter: 't' },
      { to: '/assets', word: 'assets', icon: IconPhoto, needs: ['content:read'], letter: 'p' },
    ],
  },
  {
    word: 'operate',
    places: [
      { to: '/channels', word: 'channels', icon: IconPlugConnected, needs: ['system:read'], letter: 'w' },
      { to: '/system', word: 'system', icon: IconServer, needs: ['system:read'], letter: 'y' },
      { to: '/settings', word: 'settings', icon: IconSettings, needs: [], letter: ',' },
    ],
  },
]
