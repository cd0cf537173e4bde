import type { Context } from 'hono'
import * as v from 'valibot'
import { DEFAULT_OVERLAP_SECONDS } from '../../../domain/access/token.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { type Project, slugText } from '../../../domain/project.ts'
import {
  mintIncomingSecret,
  parseWebhookSource,
  WEBHOOK_SOURCES,
  type WebhookSource,
  webhookSecretProblem,
} from '../../../domain/reporting/webhook-source.ts'
import { type Delivery, listDeliveries } from '../../../storage/reporting/deliveries.ts'
import {
  deleteWebhook,
  insertWebhook,
  listWebhooks,
  rotateWebhook,
  type Webhook,
} from '../../../storage/reporting/webhooks.ts'
import { jsonDone, jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { readJson, readOptionalJson } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { overlapSeconds } from '../../json/schemas.ts'
import type { WebhookDeliveriesJson, WebhookDeliveryJson, WebhookMadeJson, WebhooksJson } from './webhooks-shape.ts'

const SOURCE_RULE = `must be one of ${Object.keys(WEBHOOK_SOURCES).join(', ')}`
/** Made by us unless the CI system insists on its own. */
const secret = () =>
  v.optional(
    v.pipe(
      v.string('must be a string'),
      v.rawCheck(({ dataset, addIssue }) => {
        const problem = dataset.typed ? webhookSecretProblem(dataset.value) : null
        if (problem) addIssue({ message: problem })
      }),
    ),
  )
export const webhookInput = lazily(() =>
  v.strictObject({
    source: v.pipe(
      v.string(SOURCE_RULE),
      v.check((text) => parseWebhookSource(text) !== null, SOURCE_RULE),
      v.transform((text) => text as WebhookSource),
    ),
    secret: secret(),
  }),
)
export const webhookRotationInput = lazily(() =>
  v.strictObject({ overlap_seconds: v.optional(overlapSeconds(), DEFAULT_OVERLAP_SECONDS), secret: secret() }),
)

/** The secrets with which CI systems sign; each is shown once. */
export function mountWebhooks(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks', async (c, { project }) => {
    const webhooks = await listWebhooks(c.env.stores.db, project.id, Date.now())
    return jsonRead(c, {
      items: webhooks.map((webhook) => ({ ...webhookJson(c, project, webhook), created_by: webhook.createdBy })),
    } satisfies WebhooksJson)
  })

  route(app, 'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks', async (c, { actor, project }) => {
    const { source, secret = mintIncomingSecret() } = await readJson(c, webhookInput())
    const { stores, settings } = c.env
    const inserted = await insertWebhook(stores, project.id, { source, secret, keys: settings.dataKeys }, actor)
    switch (inserted.kind) {
      case 'created':
        return jsonWritten(c, { ...webhookJson(c, project, inserted.webhook), secret } satisfies WebhookMadeJson, 201)
      case 'taken':
        throw new AppError('webhook_exists')
      case 'done_before':
        throw new AppError('done_before')
    }
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/deliveries', async (c, { project }) => {
    const deliveries = await listDeliveries(c.env.stores.db, project.id)
    return jsonRead(c, { items: deliveries.map(deliveryJson) } satisfies WebhookDeliveriesJson)
  })

  route(
    app,
    'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id',
    async (c, { actor, project, params }) => {
      if (!(await deleteWebhook(c.env.stores, project.id, params.id, actor))) throw new AppError('webhook_not_found')
      return jsonDone(c)
    },
  )

  route(
    app,
    'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id/rotate',
    async (c, { actor, project, params: { id } }) => {
      const { overlap_seconds, secret = mintIncomingSecret() } = await readOptionalJson(c, webhookRotationInput())
      const { stores, settings } = c.env
      const rotation = await rotateWebhook(
        stores,
        project.id,
        { id, secret, keys: settings.dataKeys, overlapSeconds: overlap_seconds },
        actor,
      )
      switch (rotation.kind) {
        case 'rotated': {
          const made = { ...webhookJson(c, project, rotation.webhook), secret, replaces: id } satisfies WebhookMadeJson
          return jsonWritten(c, made, 201)
        }
        case 'not_current':
          throw new AppError('webhook_not_found')
        case 'done_before':
          throw new AppError('done_before')
      }
    },
  )
}

function deliveryJson({ at, source, event, result, detail }: Delivery): WebhookDeliveryJson {
  return { time: isoOf(at), source, event, result, detail }
}

function webhookJson(c: Context<AppEnv>, project: Project, { id, source, createdAt, expiresAt }: Webhook) {
  const url = `${publicOriginOf(c)}/webhooks/${slugText(project)}/${source}`
  return { id, source, url, time: isoOf(createdAt), expires_at: isoOf(expiresAt) }
}
