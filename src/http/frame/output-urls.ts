import type { Context } from 'hono'
import { decide } from '../../domain/access/grant.ts'
import { askerOf } from '../../domain/access/tickets/asker.ts'
import { outputExpiryAt, signOutputTicket } from '../../domain/access/tickets/output-ticket.ts'
import type { BuildDetail } from '../../storage/builds/builds.ts'
import type { OutputUrls } from '../json/build-json.ts'
import type { OnProject } from './authorize.ts'
import type { AppEnv } from './open-request.ts'
import { publicOriginOf } from './request/origin.ts'

/** Signed URLs of what the steps of a build printed; none for who may read its status alone. */
export async function outputUrlsFor(
  c: Context<AppEnv>,
  { grant, role, grantEndsAt, project }: OnProject,
  { build, logs }: Pick<BuildDetail, 'build' | 'logs'>,
): Promise<OutputUrls> {
  const { settings, stores } = c.env
  if (decide('output:read', { grant, role }, project) !== 'allow') return new Map()
  // No longer than the token itself.
  const expiresAt = Math.min(outputExpiryAt(stores.now()), grantEndsAt ?? Number.POSITIVE_INFINITY)
  const asker = askerOf(grant, project.id)
  const steps = [...new Set(logs.map(({ step }) => step))]
  return new Map(
    await Promise.all(
      steps.map(async (step) => {
        const ticket = await signOutputTicket(settings.downloadKey, { ...asker, num: build.num, step, expiresAt })
        return [step, `${publicOriginOf(c)}/output/log/${ticket}`] as const
      }),
    ),
  )
}
