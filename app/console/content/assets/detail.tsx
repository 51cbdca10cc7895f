import { Anchor, Badge, Button, Code, Group, List, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { markStale, read } from '../../api/queries.ts'
import { CopyLine } from '../../parts/copy.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Time } from '../../parts/time.tsx'
import { useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Facts } from '../facts.tsx'
import style from './assets.module.css'
import { Thumbnail } from './assets.tsx'
import { liquidOf, nameOf } from './liquid.ts'

type Detail = Answer<'GET /assets/{sha256}'>

/** One file: what it is, what shows it, and how a template says it. */
export function AssetDetail({
  sha256,
  onGone,
}: {
  readonly sha256: string
  readonly onGone: () => void
}): ReactNode {
  const { shell, content } = useWords()
  const words = content.assets
  const format = useFormat()
  const mayWrite = useCan()('content:write')
  const asset = useQuery(read('GET /assets/{sha256}', { path: { sha256 } }))
  const remove = useRemove()
  if (asset.isError) return <Failed error={asset.error} retry={() => void asset.refetch()} />
  if (asset.data === undefined) return <Skeleton h={420} />
  const { bytes, width, height, type, names, createdAt, url, uses } = asset.data
  return (
    <Stack gap="md" className={style.large}>
      <Thumbnail asset={asset.data} />
      <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
        {nameOf(asset.data)}
      </Title>
      <div>
        <Text size="sm" fw={500} mb={3}>
          {words.liquid}
        </Text>
        <CopyLine value={liquidOf(asset.data)} label={words.copyLiquid} />
      </div>
      <div>
        <Text size="sm" fw={500} mb={3}>
          {words.address}
        </Text>
        <CopyLine value={url} label={words.copyAddress} />
      </div>
      <Facts
        facts={[
          [words.type, type],
          ...(width === null || height === null
            ? []
            : ([[words.dimensions, words.size(format.count(width), format.count(height))]] as const)),
          [words.weight, format.bytes(bytes)],
          [words.names, names.length === 0 ? words.noName : names.join(', ')],
          [words.since, <Time key="since" at={createdAt} exact />],
          ['SHA-256', <Code key="sha">{asset.data.sha256.slice(0, 16)}…</Code>],
        ]}
      />
      <Uses uses={uses} />
      {mayWrite && (
        <Stack gap={4}>
          {uses.length > 0 && (
            <Text size="sm" c="dimmed">
              {words.removeUsed}
            </Text>
          )}
          <Group>
            <Button
              variant="outline"
              color="red"
              onClick={() => {
                remove(asset.data)
                onGone()
              }}
            >
              {uses.length > 0 ? words.removeAnyway : shell.actions.remove}
            </Button>
          </Group>
        </Stack>
      )}
    </Stack>
  )
}

function Uses({ uses }: { readonly uses: Detail['uses'] }): ReactNode {
  const words = useWords().content.assets
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {words.uses}
      </Title>
      {uses.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.unused}
        </Text>
      ) : (
        <List size="sm" listStyleType="none">
          {uses.map(({ kind, name }) => (
            <List.Item key={`${kind} ${name}`}>
              <Badge color="gray" size="sm" mr={6}>
                {words.useOf[kind]}
              </Badge>
              {kind === 'template' ? (
                <Anchor component={Link} to={`/templates/${encodeURIComponent(name)}` as '/'} size="sm">
                  {name}
                </Anchor>
              ) : kind === 'item' ? (
                <Anchor component={Link} to={`/items/${encodeURIComponent(name)}` as '/'} size="sm">
                  {name}
                </Anchor>
              ) : (
                name
              )}
            </List.Item>
          ))}
        </List>
      )}
    </div>
  )
}

function useRemove(): (asset: Detail) => void {
  const words = useWords().content.assets
  const later = useLater()
  const { hide, show } = useHidden()
  const client = useQueryClient()
  return (asset) => {
    const { sha256, uses } = asset
    later({
      says: words.removed(nameOf(asset)),
      act: async () => {
        await call('DELETE /assets/{sha256}', {
          path: { sha256 },
          ...(uses.length > 0 && { query: { force: 'true' } }),
        })
        await markStale(client, 'GET /assets')
      },
      hide: () => hide(`assets/${sha256}`),
      show: () => show(`assets/${sha256}`),
    })
  }
}
