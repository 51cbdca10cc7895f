import { z } from 'zod'
import type { EpochMs, ListId, TopicId } from './ids.ts'
import { slugSchema } from './values.ts'

/** A membership that people join and leave. */
export interface List {
  readonly id: ListId
  readonly name: string
  readonly title: string
  readonly description: string
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}
export const listInputSchema = z.strictObject({
  name: slugSchema,
  title: z.string().min(1).max(200),
  description: z.string().max(2000).default(''),
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
export const topicInputSchema = listInputSchema
export type TopicInput = ListInput
