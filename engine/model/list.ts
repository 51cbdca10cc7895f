import { z } from 'zod'
import type { EpochMs, ListId, TopicId } from './ids.ts'
import { slugSchema } from './values.ts'

/** `single`: who signs up is on it. `double`: only once the person of the address has confirmed it. */
export const optIns = ['single', 'double'] as const
export type OptIn = (typeof optIns)[number]

/** A membership that people join and leave. */
export interface List {
  readonly id: ListId
  readonly name: string
  readonly title: string
  readonly description: string
  /** For sign-ups by form; absent is `single`. */
  readonly optIn?: OptIn | undefined
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}
const named = {
  name: slugSchema,
  title: z.string().min(1).max(200),
  description: z.string().max(2000).default(''),
}
export const listInputSchema = z.strictObject({
  ...named,
  optIn: z.enum(optIns).default('single').describe('Of sign-ups: at once, or once they are confirmed.'),
})
export type ListInput = z.infer<typeof listInputSchema>

export const memberships = ['active', 'unconfirmed', 'unsubscribed'] as const
export type Membership = (typeof memberships)[number]

/** An interest that items carry and subscribers weigh. */
export interface Topic {
  readonly id: TopicId
  readonly name: string
  readonly title: string
  readonly description: string
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}
export const topicInputSchema = z.strictObject(named)
export type TopicInput = z.infer<typeof topicInputSchema>
