import { toValue } from 'liquidjs'
import { printed } from '../printed.ts'
import { VariableError } from '../run.ts'
import { type Filter, runOf } from './host.ts'

/** `{{ total | number: 2 }}` in the letter's language. What is no number is returned as it is. */
const number: Filter = function (value, digits) {
  const run = runOf(this)
  const amount = numberOf(value)
  return amount === null ? value : run.locale.number(amount, digitsOf(digits))
}

/** `{{ price | currency: "EUR" }}`; the second argument is the number of decimals, the currency's own by default. */
const currency: Filter = function (value, code, digits) {
  const run = runOf(this)
  const amount = numberOf(value)
  if (amount === null) return value
  const name = String(toValue(code) ?? '').toUpperCase()
  if (!/^[A-Z]{3}$/.test(name))
    throw new Error(`"${name.slice(0, 20)}" is not a currency; one is, e.g., "EUR"`)
  return run.locale.currency(amount, name, digitsOf(digits))
}

/** `{{ subscriber.attributes.first_name | required }}`: the value, or the letter fails and names it. */
const required: Filter = function (value, name) {
  return requireValue(value, typeof name === 'string' ? name : expressionBefore(this.token))
}

/** The compiler knows the expression; an interpreted filter finds it in front of itself. */
function expressionBefore(token: unknown): string {
  const { input = '', begin = 0 } = (token ?? {}) as { readonly input?: string; readonly begin?: number }
  return /([^\s|{]{1,200})\s*\|\s*$/.exec(input.slice(Math.max(begin - 250, 0), begin))?.[1] ?? 'value'
}

export function requireValue(value: unknown, name: string): unknown {
  const inner: unknown = toValue(value)
  if (inner === undefined || inner === null || inner === '' || (Array.isArray(inner) && inner.length === 0)) {
    throw new VariableError(name, `"${name}" is required and has no value`)
  }
  return value
}

/** `{{ 'logo.png' | asset_url }}`. The compiler knows the address; this is for parts that are interpreted. */
const assetUrl: Filter = function (value) {
  const name = printed(toValue(value))
  const url = runOf(this).assets.get(name)
  if (url === undefined) throw new VariableError(name, noAsset(name))
  return url
}

export const noAsset = (name: string): string =>
  `No asset is named "${name.slice(0, 100)}". "broadsheet asset add" adds one, "broadsheet asset list" shows those there are`

/** As LiquidJS's, but the same letter draws the same sample however often it is rendered. */
const sample: Filter = function (value, count = 1) {
  const run = runOf(this)
  const inner: unknown = toValue(value)
  if (inner === undefined || inner === null) return []
  const all: unknown[] = Array.isArray(inner) ? [...inner] : Array.from(printed(inner))
  run.use(all.length * 2)
  for (let index = all.length - 1; index > 0; index--) {
    const other = Math.floor(run.random() * (index + 1))
    const kept = all[index]
    all[index] = all[other]
    all[other] = kept
  }
  return count === 1 ? all[0] : all.slice(0, Number(count))
}

export const ownFilters: { readonly [name: string]: Filter } = {
  number,
  currency,
  required,
  sample,
  asset_url: assetUrl,
}

function numberOf(value: unknown): number | null {
  const inner: unknown = toValue(value)
  if (typeof inner === 'number') return Number.isFinite(inner) ? inner : null
  if (typeof inner !== 'string' || inner.trim() === '' || inner.length > 400) return null
  const number = Number(inner)
  return Number.isFinite(number) ? number : null
}

function digitsOf(value: unknown): number | null {
  const digits = numberOf(value)
  return digits === null ? null : Math.min(Math.max(Math.trunc(digits), 0), 20)
}
