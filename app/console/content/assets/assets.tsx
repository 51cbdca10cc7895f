import { Button, Drawer, Text } from '@mantine/core'
import { IconPhoto } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { readPages } from '../../api/queries.ts'
import { Drop } from '../../parts/drop.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from './assets.module.css'
import { AssetDetail } from './detail.tsx'
import { type Asset, localUrl, nameOf } from './liquid.ts'
import { Uploads, useUploads } from './uploads.tsx'

const route = getRouteApi('/assets')
const taken = '.png,.jpg,.jpeg,.gif,.webp,.avif,.woff2,.pdf'

export function Assets(): ReactNode {
  const { shell, content } = useWords()
  const words = content.assets
  const { show } = route.useSearch()
  const navigate = useNavigate()
  const can = useCan()
  const { isHidden } = useHidden()
  const assets = useInfiniteQuery(readPages('GET /assets', { query: { limit: 100 } }))
  const all = useMemo(
    () =>
      (assets.data?.pages ?? [])
        .flatMap(({ data }) => data)
        .filter(({ sha256 }) => !isHidden(`assets/${sha256}`)),
    [assets.data, isHidden],
  )
  const { uploads, send, forget } = useUploads()
  const close = (): void => void navigate({ to: '/assets', search: {} })
  return (
    <Page title={shell.nav.assets} about={words.about}>
      {can('content:write') && (
        <>
          <Drop label={words.drop} hint={words.kinds} accept={taken} multiple onFiles={send} />
          <Uploads uploads={uploads} onForget={forget} />
        </>
      )}
      {assets.isError ? (
        <Failed error={assets.error} retry={() => void assets.refetch()} />
      ) : assets.isPending ? (
        <div style={{ height: 240 }} />
      ) : all.length === 0 ? (
        <Empty icon={IconPhoto} title={words.none}>
          {words.noneHint}
        </Empty>
      ) : (
        <ul className={style.grid} aria-label={shell.nav.assets}>
          {all.map((asset) => (
            <li key={asset.sha256}>
              <Link to="/assets" search={{ show: asset.sha256 }} className={style.card}>
                <Thumbnail asset={asset} />
                <Label asset={asset} />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {assets.hasNextPage && (
        <Button
          variant="default"
          w="fit-content"
          loading={assets.isFetchingNextPage}
          onClick={() => void assets.fetchNextPage()}
        >
          {shell.actions.loadMore}
        </Button>
      )}
      <Drawer
        opened={show !== undefined}
        onClose={close}
        position="right"
        size="lg"
        title={words.one}
        closeButtonProps={{ 'aria-label': shell.actions.close }}
      >
        {show !== undefined && <AssetDetail sha256={show} onGone={close} />}
      </Drawer>
    </Page>
  )
}

export const Thumbnail = ({ asset }: { readonly asset: Asset }): ReactNode => (
  <span className={style.picture}>
    {asset.width === null ? (
      <span className={style.type}>{asset.type.split('/')[1]}</span>
    ) : (
      <img src={localUrl(asset)} alt="" loading="lazy" />
    )}
  </span>
)

function Label({ asset }: { readonly asset: Asset }): ReactNode {
  const words = useWords().content.assets
  const format = useFormat()
  const { bytes, width, height } = asset
  return (
    <span className={style.caption}>
      <Text span size="sm" fw={550} truncate display="block">
        {nameOf(asset)}
      </Text>
      <Text span size="xs" c="dimmed" display="block">
        {width === null || height === null
          ? format.bytes(bytes)
          : `${words.size(format.count(width), format.count(height))} · ${format.bytes(bytes)}`}
      </Text>
    </span>
  )
}
