import { type Channel, defineChannel } from 'broadsheet/channel'
import { z } from 'zod'

export default defineChannel({
  name: 'hangs-in-open',
  config: z.strictObject({}),
  open: () => new Promise<Channel>(() => {}),
})
