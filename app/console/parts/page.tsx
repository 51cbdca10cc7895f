import { Anchor, Box, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core'
import { Link, type LinkProps } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { useFormat, useWords } from '../words/index.tsx'
import style from './page.module.css'

export interface Crumb {
  readonly label: string
  readonly to: LinkProps['to']
}

/** A screen: its title, what can be done there, and its content. Whoever comes here by keyboard or by a reader of screens is at its
 *  title. `wide`: a table that uses the whole height and scrolls by itself. `count`: what waits there, for the browser's tab. */
export function Page({
  title,
  about,
  count = 0,
  crumbs = [],
  badge,
  actions,
  wide = false,
  children,
}: {
  readonly title: string
  readonly about?: ReactNode
  readonly count?: number
  readonly crumbs?: readonly Crumb[]
  readonly badge?: ReactNode
  readonly actions?: ReactNode
  readonly wide?: boolean
  readonly children: ReactNode
}): ReactNode {
  const { shell } = useWords()
  const format = useFormat()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.closest('nav') !== null)
      heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <Stack
      gap="md"
      p={{ base: 'sm', sm: 'lg' }}
      className={style.page!}
      maw={wide ? undefined : 1360}
      {...(wide && { h: 'calc(100dvh - var(--app-shell-header-offset, 0px))' })}
    >
      <title>{`${count > 0 ? `(${format.count(count)}) ` : ''}${title} · ${shell.name}`}</title>
      <Box>
        {crumbs.length > 0 && (
          <Breadcrumbs separator="›" mb={2} fz="xs">
            {crumbs.map(({ label, to }) => (
              <Anchor key={label} component={Link} to={to as '/'} fz="xs">
                {label}
              </Anchor>
            ))}
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="flex-end" className={style.head!}>
          <Group gap="sm" miw={0} className={style.title!}>
            <Title order={1} fz={21} lts="-0.01em" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
              {title}
            </Title>
            {badge}
          </Group>
          {about !== undefined && (
            <Text size="sm" c="dimmed" component="div" className={style.about!}>
              {about}
            </Text>
          )}
          {actions !== undefined && (
            <Group gap="xs" className={style.actions!}>
              {actions}
            </Group>
          )}
        </Group>
      </Box>
      {children}
    </Stack>
  )
}
