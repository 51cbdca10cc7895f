import { onTestFinished } from 'vitest'
import { type Sink, type SinkOptions, startSink } from '../../servers/smtp-sink.ts'
import { type Audit, audit } from './audit.ts'
import { booksOf } from './books.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { campaignInput, type Furniture, type House, openHouse } from './house.ts'

/** A daemon on a furnished house, and the mail server that it sends through. */
export interface Office {
  readonly house: House
  readonly sink: Sink
  readonly daemon: Daemon
  /** Create and start. */
  send(overrides?: object): Promise<void>
}

export async function openOffice(
  options: Furniture & {
    readonly sink?: SinkOptions
    readonly smtp?: object
    /** Top-level settings besides the channel. */
    readonly settings?: object
    readonly data?: string
  },
): Promise<Office> {
  const sink = await startSink(options.sink)
  onTestFinished(() => sink.close())
  const settings = {
    channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none', ...options.smtp } },
    ...options.settings,
  }
  const house = await openHouse({ ...options, settings })
  const daemon = await startDaemon(house)
  return {
    house,
    sink,
    daemon,
    async send(overrides = {}) {
      const input = campaignInput(overrides)
      await daemon.client.post('/campaigns', input)
      await daemon.client.post(`/campaigns/${input.name}/start`)
    },
  }
}

/** The books of a daemon against what a sink took. */
export const auditOf = async (daemon: Daemon, sink: Sink, campaign = 'weekly'): Promise<Audit> =>
  audit(await booksOf(daemon.client, campaign), sink.received())
