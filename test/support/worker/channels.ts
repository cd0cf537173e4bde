import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { channelFor } from '../../../src/domain/notices/dispatch-target.ts'
import { type NoticeKind, USUAL_CHANNEL_KINDS } from '../../../src/domain/notices/notice.ts'
import { insertListener } from '../../../src/storage/notices/listeners.ts'
import type { openOutside, SentRequest } from './outside.ts'
import type { TestStores } from './stores.ts'

export const SLACK = 'https://hooks.slack.example/services/T0/B0/secret'
export const TEAMS = 'https://prod-1.logic.example/workflows/w?sig=secret'

/** Adds a channel to a project; gives its id. */
export async function seedChannel(
  stores: TestStores,
  { dataKeys: keys }: Pick<Outside, 'dataKeys'>,
  projectId: string,
  {
    kind,
    notices = USUAL_CHANNEL_KINDS,
  }: { readonly kind: 'slack' | 'teams'; readonly notices?: readonly NoticeKind[] },
): Promise<string> {
  const url = kind === 'slack' ? SLACK : TEAMS
  const listener = channelFor(kind, url, { name: `#${kind}`, notices })
  const made = await insertListener(stores, projectId, { listener, secret: url, keys }, INSTANCE)
  if (made.kind !== 'created') throw new Error('there is no room for a channel')
  return made.listener.id
}

type Outside = Awaited<ReturnType<typeof openOutside>>

/** The titles of the notices in a request, as people at Slack or Teams see them. */
export function titlesIn({ url, json }: SentRequest): readonly string[] {
  if (url === SLACK) {
    const attachments = json.attachments as { title?: string }[]
    return attachments.flatMap(({ title }) => title ?? [])
  }
  const { body } = json.attachments[0].content as {
    body: { type: string; items?: { inlines: { text: string }[] }[] }[]
  }
  return body.flatMap(({ items }) => items?.[0]?.inlines[0]?.text ?? [])
}
