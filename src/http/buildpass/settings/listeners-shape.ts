import * as v from 'valibot'
import { CHANNEL_KINDS, NOTICES } from '../../../domain/notices/notice.ts'
import {
  exactly,
  IDS,
  type JsonOf,
  keyOf,
  list,
  maybe,
  named,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
  whole,
} from '../../json/shape.ts'

const shared = {
  ...{ id: uuid(IDS.token), created_at: time() },
  ...{ failing_since: orNull(time()), problem: orNull(text('It answered 404.')), paused_at: orNull(time()) },
}
const noticeKinds = () => list(oneOf(CHANNEL_KINDS))

export const listenerShape = named(
  'Listener',
  v.variant('kind', [
    object({
      kind: exactly('webhook'),
      ...shared,
      url: text('https://hooks.example.com/builds'),
      secret: maybe(text('the secret')),
      notices: maybe(noticeKinds()),
    }),
    object({
      kind: exactly('slack'),
      ...shared,
      host: text('hooks.slack.com'),
      name: text('#builds'),
      notices: noticeKinds(),
    }),
    object({
      kind: exactly('teams'),
      ...shared,
      host: text('prod-1.westeurope.logic.azure.com'),
      name: text('Builds'),
      notices: noticeKinds(),
    }),
    object({
      kind: exactly('github-status'),
      ...shared,
      repository: text('acme/web'),
      api_url: text('https://api.github.com'),
      context: text('buildpass'),
    }),
    object({
      kind: exactly('gitlab-status'),
      ...shared,
      repository: text('acme/group/web'),
      url: text('https://gitlab.com'),
      context: text('buildpass'),
    }),
  ]),
)
export const listenersShape = object({ items: list(listenerShape) })

const outboundDeliveryShape = named(
  'OutboundDelivery',
  object({
    id: text('59d9e95474849c346eafc50f735f6efd'),
    time: time(),
    event: oneOf([
      'build.started',
      'build.finished',
      'workflow.finished',
      'pipeline.trigger',
      'build.retry',
      'workflow.rerun',
      'build.cancel',
      'workflow.cancel',
      'notice',
    ]),
    receiver: oneOf(['webhook', 'slack', 'teams', 'github-status', 'gitlab-status', 'dispatch-target', 'mail']),
    listener: orNull(uuid(IDS.token)),
    name: orNull(text('#builds')),
    notice: orNull(keyOf(NOTICES)),
    build_num: orNull(whole(42)),
    state: oneOf(['delivered', 'pending', 'failed', 'dropped', 'refused']),
    attempts: whole(1),
    last_attempt_at: orNull(time()),
    response_status: orNull(whole(204)),
    problem: orNull(text('answered 404')),
    remote_id: orNull(text('9876543210')),
  }),
)
export const outboundDeliveriesShape = object({ items: list(outboundDeliveryShape) })

export type ListenerJson = JsonOf<typeof listenerShape>
export type ListenersJson = JsonOf<typeof listenersShape>
export type OutboundDeliveryJson = JsonOf<typeof outboundDeliveryShape>
export type OutboundDeliveriesJson = JsonOf<typeof outboundDeliveriesShape>
