import { WEBHOOK_SOURCES } from '../../../domain/reporting/webhook-source.ts'
import {
  IDS,
  type JsonOf,
  keyOf,
  list,
  maybe,
  named,
  ORIGIN,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
} from '../../json/shape.ts'

const webhookFields = {
  id: uuid(IDS.token),
  source: keyOf(WEBHOOK_SOURCES),
  url: text(`${ORIGIN}/webhooks/gh/acme/web/github`),
  time: time(),
  expires_at: orNull(time()),
}
export const webhookMadeShape = named(
  'WebhookMade',
  object({ ...webhookFields, secret: text('the secret'), replaces: maybe(uuid(IDS.token)) }),
)
const webhookShape = named('Webhook', object({ ...webhookFields, created_by: orNull(text('jo')) }))
export const webhooksShape = object({ items: list(webhookShape) })

const webhookDeliveryShape = named(
  'WebhookDelivery',
  object({
    time: time(),
    source: keyOf(WEBHOOK_SOURCES),
    event: text('workflow_job'),
    result: oneOf(['stored', 'ignored', 'other_repository', 'unreadable']),
    detail: text('builds 42'),
  }),
)
export const webhookDeliveriesShape = object({ items: list(webhookDeliveryShape) })

export type WebhookMadeJson = JsonOf<typeof webhookMadeShape>
export type WebhooksJson = JsonOf<typeof webhooksShape>
export type WebhookDeliveryJson = JsonOf<typeof webhookDeliveryShape>
export type WebhookDeliveriesJson = JsonOf<typeof webhookDeliveriesShape>
