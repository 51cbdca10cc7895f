import type { Campaign } from '../../../../engine/model/campaign.ts'
import type { Client } from '../../daemon/client.ts'
import { find } from '../../daemon/find.ts'

export const found = (client: Client, name: string) => find<Campaign>(client, 'campaigns', 'campaign', name)
