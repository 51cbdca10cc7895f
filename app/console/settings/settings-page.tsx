import type { ReactNode } from 'react'
import { Page } from '../parts/page.tsx'
import { Subnav } from '../parts/subnav.tsx'
import { useCan } from '../shell/session.tsx'
import { useWords, type Words } from '../words/index.tsx'

type Tab = keyof Words['settings']['tabs']
const tabs = [
  { tab: 'display', to: '/settings' },
  { tab: 'account', to: '/settings/account' },
  { tab: 'users', to: '/settings/users', needs: 'access:write' },
  { tab: 'keys', to: '/settings/keys', needs: 'access:write' },
  { tab: 'audit', to: '/settings/audit', needs: 'access:write' },
  { tab: 'about', to: '/settings/about' },
] as const

/** One of the screens of settings, with the others beside it. */
export function SettingsPage({
  tab: here,
  about,
  actions,
  wide = false,
  children,
}: {
  readonly tab: Tab
  readonly about?: ReactNode
  readonly actions?: ReactNode
  readonly wide?: boolean
  readonly children: ReactNode
}): ReactNode {
  const { shell, settings } = useWords()
  const can = useCan()
  return (
    <Page
      title={settings.tabs[here]}
      crumbs={[{ label: shell.nav.settings, to: '/settings' }]}
      about={about}
      actions={actions}
      wide={wide}
    >
      <Subnav
        label={shell.nav.settings}
        places={tabs
          .filter((each) => !('needs' in each) || can(each.needs))
          .map(({ tab, to }) => ({ label: settings.tabs[tab], to, here: tab === here }))}
      />
      {children}
    </Page>
  )
}
