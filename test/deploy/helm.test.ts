import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../app/config.ts'
import { filesIn, read, unknownVariables, yaml, yamlStream } from './files.ts'

const chart = 'deploy/helm/broadsheet'
const templates = filesIn(`${chart}/templates`)
// HELM names one elsewhere. Without any, templates are looked at as text only.
const helm = process.env.HELM ?? 'helm'
const hasHelm = spawnSync(helm, ['version']).status === 0

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly replicas?: number
    readonly selector?: { readonly matchLabels?: object } & { readonly [label: string]: unknown }
    readonly template?: { readonly metadata: { readonly labels: object }; readonly spec: Pod }
    readonly scaleTargetRef?: { readonly name: string }
  }
  readonly data?: { readonly [file: string]: string }
  readonly stringData?: { readonly [key: string]: string }
}
interface Pod {
  readonly enableServiceLinks: boolean
  readonly terminationGracePeriodSeconds: number
  readonly containers: readonly {
    readonly args: readonly string[]
    readonly env: readonly { readonly name: string; readonly value: string }[]
    readonly livenessProbe: { readonly httpGet: { readonly path: string } }
    readonly readinessProbe: { readonly httpGet: { readonly path: string } }
    readonly lifecycle?: unknown
  }[]
}

describe('the chart', () => {
  test('has values that exist for everything that its templates ask', () => {
    const values = yaml<Record<string, unknown>>(read(`${chart}/values.yaml`))
    expect(yaml(read(`${chart}/Chart.yaml`))).toMatchObject({ apiVersion: 'v2', name: 'broadsheet' })
    for (const file of templates)
      for (const [, path = ''] of read(file).matchAll(/\.Values\.([A-Za-z.]+)/g)) {
        const found = path
          .split('.')
          .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], values)
        expect(found, `${file} asks for ${path}`).toBeDefined()
      }
  })

  test('sets nothing that is no setting', () => {
    // What Kubernetes would set by itself is named there to say why it does not.
    for (const file of [...templates, `${chart}/values.yaml`])
      expect(unknownVariables(read(file).replace('BROADSHEET_..._SERVICE_HOST', '')), file).toEqual([])
    const { settings } = yaml<{ settings: object }>(read(`${chart}/values.yaml`))
    const flags = Object.entries(settings).map(([path, value]) => ({
      flag: path,
      path,
      value: String(value),
    }))
    expect(loadConfig({ cwd: '/nowhere', env: {}, flags }).engine.publicUrl).toBe('https://news.example.org')
  })

  test('closes every block that it opens', () => {
    for (const file of templates) {
      const actions = [...read(file).matchAll(/{{-?\s*(if|with|range|define|end)\b/g)].map(
        ([, action]) => action,
      )
      const ends = actions.filter((action) => action === 'end').length
      expect(actions.length - ends, file).toBe(ends)
    }
  })
})

describe.skipIf(!hasHelm)('the chart, rendered by helm', () => {
  const secret = ['store=postgres://a:b@db/c', 'redis=redis://r', 'secrets=0123456789abcdef']
  const render = (...set: string[]): Manifest[] =>
    yamlStream(
      execFileSync(
        helm,
        [
          'template',
          'news',
          chart,
          '--kube-version',
          '1.31.0',
          ...[...secret.map((pair) => `secret.${pair}`), ...set].flatMap((pair) => ['--set', pair]),
        ],
        { encoding: 'utf8' },
      ),
    ) as Manifest[]
  const one = (manifests: readonly Manifest[], kind: string, name: string) =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)!

  test('passes its lint', () => {
    const set = secret.flatMap((pair) => ['--set', `secret.${pair}`])
    expect(execFileSync(helm, ['lint', '--strict', chart, ...set], { encoding: 'utf8' })).toContain(
      '0 chart(s) failed',
    )
  })

  test('has two kinds of nodes with probes, time to stop, and no variables of Kubernetes', () => {
    const manifests = render()
    for (const role of ['api', 'worker']) {
      const { selector, template } = one(manifests, 'Deployment', `news-broadsheet-${role}`).spec
      expect(template?.metadata.labels).toMatchObject(selector?.matchLabels ?? {})
      const pod = template?.spec
      expect(pod).toMatchObject({ enableServiceLinks: false })
      expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(15)
      const [container] = pod?.containers ?? []
      expect(container?.args).toEqual(['serve', '--role', role])
      expect(container?.livenessProbe.httpGet.path).toBe('/livez')
      expect(container?.readinessProbe.httpGet.path).toBe('/readyz')
      expect(container?.lifecycle === undefined).toBe(role === 'worker')
    }
    const api = one(manifests, 'Deployment', 'news-broadsheet-api')
    expect(api.spec.template?.metadata.labels).toMatchObject(
      one(manifests, 'Service', 'news-broadsheet').spec.selector ?? {},
    )
    expect(manifests.filter(({ kind }) => kind === 'PodDisruptionBudget')).toHaveLength(2)
    expect(manifests.some(({ kind }) => kind === 'Ingress' || kind === 'ScaledObject')).toBe(false)
  })

  test('leaves the number of workers to KEDA where that is on', () => {
    const manifests = render('worker.autoscaling.enabled=true')
    expect(one(manifests, 'Deployment', 'news-broadsheet-worker').spec.replicas).toBeUndefined()
    expect(one(manifests, 'ScaledObject', 'news-broadsheet-worker').spec.scaleTargetRef?.name).toBe(
      'news-broadsheet-worker',
    )
  })

  test('makes settings and files that a daemon accepts', () => {
    const manifests = render(
      'secret.more.smtp=x',
      'secret.files.BROADSHEET_CHANNELS_SMTP_AUTH_PASS_FILE=smtp',
      'settings.channels.smtp.host=mail.example.org',
    )
    const files = Object.keys(one(manifests, 'Secret', 'news-broadsheet').stringData ?? {})
    const [container] =
      one(manifests, 'Deployment', 'news-broadsheet-api').spec.template?.spec.containers ?? []
    for (const { name, value } of container?.env ?? [])
      if (name.endsWith('_FILE')) expect(files, name).toContain(value.replace('/run/secrets/broadsheet/', ''))
    const settings = one(manifests, 'ConfigMap', 'news-broadsheet').data?.['broadsheet.yaml'] ?? ''
    expect(yaml(settings)).toEqual({
      publicUrl: 'https://news.example.org',
      channels: { smtp: { host: 'mail.example.org' } },
    })
  })

  test('says what is missing', () => {
    const { status, stderr } = spawnSync(helm, ['template', 'news', chart, '--kube-version', '1.31.0'], {
      encoding: 'utf8',
    })
    expect(status).not.toBe(0)
    expect(stderr).toContain('secret.store: postgres://USER:PASSWORD@HOST/NAME, or name a Secret')
  })
})
