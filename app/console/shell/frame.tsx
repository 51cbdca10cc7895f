import {
  ActionIcon,
  AppShell,
  Burger,
  Button,
  Group,
  Indicator,
  Kbd,
  Menu,
  NavLink,
  ScrollArea,
  Text,
  Tooltip,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCheck, IconLogout, IconSearch, IconUserCircle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { type ReactNode, Suspense, useEffect } from 'react'
import { call } from '../api/client.ts'
import { Live, useLiveState } from '../api/live.tsx'
import { type Language, languages, useLanguage, useWords } from '../words/index.tsx'
import { Accept } from './accept.tsx'
import { Enter } from './enter.tsx'
import style from './frame.module.css'
import { openPalette, Palette } from './palette.tsx'
import { places } from './places.ts'
import { Session, useCan, useMe } from './session.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { Wordmark } from './wordmark.tsx'

/** What is around every screen. */
export function Frame(): ReactNode {
  const { pathname, search } = useRouterState({ select: ({ location }) => location })
  const { token } = search as { token?: string }
  if (pathname === '/accept') return <Accept token={token} />
  if (pathname === '/enter' && token !== undefined) return <Enter token={token} />
  return (
    <Session>
      <Live>
        <House pathname={pathname} />
      </Live>
    </Session>
  )
}

function House({ pathname }: { readonly pathname: string }): ReactNode {
  const { shell } = useWords()
  const [open, { toggle, close }] = useDisclosure()
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever went somewhere has chosen
  useEffect(close, [pathname])
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: { base: 200, md: 48, lg: 200 }, breakpoint: 'md', collapsed: { mobile: !open } }}
      styles={{
        main: { background: 'var(--page)' },
        header: { background: 'var(--surface)' },
        navbar: { background: 'var(--surface)' },
      }}
    >
      {/* biome-ignore lint/a11y/useValidAnchor: # is where routes are, so that it has to be done by hand */}
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        {shell.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="md"
              size="sm"
              aria-label={open ? shell.nav.close : shell.nav.open}
              aria-expanded={open}
            />
            <Link to="/" style={{ color: 'inherit', textDecoration: 'none', display: 'flex' }}>
              <Wordmark size={22} />
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              visibleFrom="sm"
              leftSection={<IconSearch size={14} />}
              rightSection={<Kbd size="xs">Ctrl K</Kbd>}
              onClick={openPalette}
              fw={450}
              c="dimmed"
              w={260}
              justify="space-between"
              styles={{ label: { flex: 1 } }}
            >
              {shell.palette.open}
            </Button>
            <ActionIcon
              variant="default"
              hiddenFrom="sm"
              size="md"
              onClick={openPalette}
              aria-label={shell.palette.open}
            >
              <IconSearch size={16} />
            </ActionIcon>
            <LiveSign />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar>
        <Navigation pathname={pathname} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
        <Suspense fallback={null}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <Palette />
      <Shortcuts />
    </AppShell>
  )
}

function Navigation({ pathname }: { readonly pathname: string }): ReactNode {
  const { nav } = useWords().shell
  const can = useCan()
  return (
    <ScrollArea p={8} type="never">
      <nav aria-label={nav.label}>
        {places.map(({ word, places: those }) => {
          const seen = those.filter(({ needs }) => needs.length === 0 || needs.some(can))
          if (seen.length === 0) return null
          return (
            <div key={word ?? ''}>
              {word !== null && (
                <Text className={style.part} size="xs" c="dimmed" fw={550}>
                  <span className={style.words}>{nav[word]}</span>
                </Text>
              )}
              {seen.map(({ to, word: label, icon: Sign }) => {
                const here = to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`)
                return (
                  <NavLink
                    key={to}
                    component={Link}
                    to={to as '/'}
                    label={nav[label]}
                    title={nav[label]}
                    active={here}
                    aria-current={here ? 'page' : undefined}
                    leftSection={<Sign size={16} stroke={1.6} />}
                    py={4}
                    px={8}
                    classNames={{ body: style.words!, section: style.sign! }}
                    styles={{
                      root: { borderRadius: 6 },
                      label: { fontSize: 13, fontWeight: here ? 580 : 450 },
                    }}
                  />
                )
              })}
            </div>
          )
        })}
      </nav>
    </ScrollArea>
  )
}

function LiveSign(): ReactNode {
  const { live } = useWords().shell
  const on = useLiveState() === 'on'
  return (
    <Tooltip label={on ? live.onHint : live.offHint}>
      <Group gap={6} wrap="nowrap" role="status" px={4} data-live={on ? 'on' : 'off'}>
        <Indicator inline size={8} color={on ? 'teal' : 'orange'} processing={!on} position="middle-center">
          <span style={{ display: 'inline-block', width: 8, height: 8 }} />
        </Indicator>
        <Text size="xs" c="dimmed" visibleFrom="sm">
          {on ? live.on : live.off}
        </Text>
      </Group>
    </Tooltip>
  )
}

function AccountMenu(): ReactNode {
  const { shell } = useWords()
  const me = useMe()
  const client = useQueryClient()
  const [language, choose] = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const who = me.user === null ? shell.local : me.user.fullName || me.user.name
  const signOut = async (): Promise<void> => {
    await call('POST /access/logout', {})
    // Nothing of theirs stays behind for whoever signs in next.
    client.removeQueries({ predicate: ({ queryKey: [name] }) => name !== 'GET /access/me' })
    await client.resetQueries({ queryKey: ['GET /access/me'] })
  }
  const mark = (on: boolean): ReactNode => (on ? <IconCheck size={14} /> : <span style={{ width: 14 }} />)
  return (
    <Menu width={230} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={shell.account}>
          <IconUserCircle size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{who}</Menu.Label>
        {me.user !== null && (
          <Menu.Item component={Link} to={'/settings/account' as '/'}>
            {shell.account}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{shell.theme.label}</Menu.Label>
        {(['light', 'dark', 'auto'] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            leftSection={mark(colorScheme === scheme)}
            onClick={() => setColorScheme(scheme)}
            closeMenuOnClick={false}
          >
            {shell.theme[scheme]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{shell.language}</Menu.Label>
        {(Object.keys(languages) as Language[]).map((each) => (
          <Menu.Item
            key={each}
            lang={each}
            leftSection={mark(each === language)}
            onClick={() => choose(each)}
            closeMenuOnClick={false}
          >
            {languages[each]}
          </Menu.Item>
        ))}
        {me.kind === 'user' && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => void signOut()}>
              {shell.signOut}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
