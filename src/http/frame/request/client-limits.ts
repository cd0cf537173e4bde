import type { Context } from 'hono'
import { clientKeyFor } from '../../../domain/access/client-address.ts'
import type { AppEnv, OpenRequest } from '../open-request.ts'

/** The address that Cloudflare saw; all of a local server's clients are one. */
export function clientAddressOf(request: Request): string {
  return request.headers.get('CF-Connecting-IP') ?? LOCAL
}

/** What the client is counted by. */
export function clientKeyOf(request: Request): string {
  const address = clientAddressOf(request)
  return address === LOCAL ? LOCAL : clientKeyFor(address)
}

/** Charges the client for one more; false once it spent its share. All that is counted by client is counted here. */
export async function isWithinLimit(c: Context<AppEnv>, limit: keyof OpenRequest['limits']): Promise<boolean> {
  const { success } = await c.env.limits[limit].limit({ key: clientKeyOf(c.req.raw) })
  return success
}

const LOCAL = 'local'
