import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { type Project, slugText } from '../../../domain/project.ts'
import {
  mintIncomingSecret,
  parseWebhookSource,
  WEBHOOK_SOURCES,
  type WebhookSource,
  webhookSecretProblem,
} from '../../../domain/reporting/webhook-source.ts'
import { listDeliveries, MAX_DELIVERIES } from '../../../storage/reporting/deliveries.ts'
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  rotateWebhook,
  type Webhook,
} from '../../../storage/reporting/webhooks.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { FORM_ID, idForForm, newFormId } from '../frame/form-id.ts'
import { page } from '../frame/page.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Frame } from '../parts/layout.tsx'
import { Empty, PageHead } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'
import { MadeBefore, OverlapField, parseOverlap } from '../tokens/token-parts.tsx'
import { confirmationProblem, DeletionForm } from './deletion-form.tsx'
import { DeliveryTable, nameOf, SecretField, WebhookSecretShown, WebhookTable } from './webhook-parts.tsx'

/** Project settings → Webhooks. */
export function mountWebhookPages(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/webhooks', (c, { viewer, project }) => webhooksPage(c, { viewer, project }))

  page(app, 'GET /:vcs/:org/:repo/settings/webhooks/new', (c, { viewer, project }) =>
    newWebhookPage(c, { viewer, project }, new URLSearchParams()),
  )

  page(app, 'POST /:vcs/:org/:repo/settings/webhooks', async (c, { actor, viewer, project, form }) => {
    const source = parseWebhookSource(form.get('source') ?? '')
    const { secret, error } = secretOf(form)
    if (!source || error) {
      return newWebhookPage(c, { viewer, project }, form, {
        ...(source ? {} : { source: 'Choose which CI system will send the events.' }),
        ...(error ? { secret: error } : {}),
      })
    }
    const { stores, settings } = c.env
    const onceId = await idForForm(viewer, form)
    const inserted = await insertWebhook(stores, project.id, { source, secret, keys: settings.dataKeys, onceId }, actor)
    switch (inserted.kind) {
      case 'done_before':
        return doneBefore(c, { viewer, project })
      case 'created':
        return secretPage(c, { viewer, project }, inserted.webhook, { title: 'Webhook created', secret })
      case 'taken':
        return newWebhookPage(c, { viewer, project }, form, {
          source: `This project has a ${WEBHOOK_SOURCES[source].name} webhook already: rotate that one.`,
        })
    }
  })

  page(app, 'GET /:vcs/:org/:repo/settings/webhooks/:id/rotate', async (c, { viewer, project, params }) => {
    const webhook = await requireWebhook(c, project, params)
    if (webhook.expiresAt !== null) return redirectTo(listPath(project), 'webhook-rotated-before')
    return rotationPage(c, { viewer, project }, webhook, { form: new URLSearchParams() })
  })

  page(
    app,
    'POST /:vcs/:org/:repo/settings/webhooks/:id/rotate',
    async (c, { actor, viewer, project, form, params }) => {
      const overlap = parseOverlap(form)
      if (overlap === null) throw new AppError('invalid_input', 'Choose when the old secret stops.')
      const { secret, error } = secretOf(form)
      if (error) return rotationPage(c, { viewer, project }, await requireWebhook(c, project, params), { form, error })
      const { stores, settings } = c.env
      const onceId = await idForForm(viewer, form)
      const { dataKeys } = settings
      const rotation = await rotateWebhook(
        stores,
        project.id,
        { id: params.id, secret, keys: dataKeys, overlapSeconds: overlap, onceId },
        actor,
      )
      switch (rotation.kind) {
        case 'rotated':
          return secretPage(c, { viewer, project }, rotation.webhook, { title: 'Webhook rotated', secret })
        case 'done_before':
          return doneBefore(c, { viewer, project })
        case 'not_current':
          await requireWebhook(c, project, params)
          return redirectTo(listPath(project), 'webhook-rotated-before')
      }
    },
  )

  page(app, 'GET /:vcs/:org/:repo/settings/webhooks/:id/delete', async (c, { viewer, project, params }) =>
    deletionPage(c, { viewer, project }, await requireWebhook(c, project, params)),
  )

  page(
    app,
    'POST /:vcs/:org/:repo/settings/webhooks/:id/delete',
    async (c, { actor, viewer, project, form, params }) => {
      const webhook = await requireWebhook(c, project, params)
      const problem = confirmationProblem(form, 'webhook')
      if (problem) return deletionPage(c, { viewer, project }, webhook, problem)
      await deleteWebhook(c.env.stores, project.id, webhook.id, actor)
      return redirectTo(listPath(project), 'webhook-deleted')
    },
  )
}

type Place = { readonly viewer: Viewer; readonly project: Project }

function listPath(project: Project): string {
  return `${settingsPath(project)}/webhooks`
}

function show(c: Context<AppEnv>, place: Place, frame: Pick<Frame, 'title' | 'status' | 'caching'>, content: Child) {
  return settingsPage(c, { ...place, here: '/webhooks' }, frame, content)
}

/** The CI system's own secret, where it insists on one, else a new one. */
function secretOf(form: URLSearchParams): { readonly secret: string; readonly error?: string } {
  const given = (form.get('secret') ?? '').trim()
  if (given === '') return { secret: mintIncomingSecret() }
  const problem = webhookSecretProblem(given)
  return problem ? { secret: given, error: `The secret ${problem}.` } : { secret: given }
}

async function requireWebhook(c: Context<AppEnv>, project: Project, { id }: { readonly id: string }): Promise<Webhook> {
  const { db, now } = c.env.stores
  const webhook = await findWebhook(db, project.id, id, now())
  if (!webhook) throw new AppError('webhook_not_found')
  return webhook
}

function urlFor(c: Context<AppEnv>, project: Project, source: WebhookSource): string {
  return `${publicOriginOf(c)}/webhooks/${slugText(project)}/${source}`
}

async function webhooksPage(c: Context<AppEnv>, place: Place): Promise<Response> {
  const { project } = place
  const { db, now } = c.env.stores
  const [webhooks, deliveries] = await Promise.all([
    listWebhooks(db, project.id, now()),
    listDeliveries(db, project.id),
  ])
  const create = (
    <a class="button primary" href={`${listPath(project)}/new`}>
      <Icon name="plus" /> Add webhook
    </a>
  )
  return show(
    c,
    place,
    { title: 'Webhooks' },
    <>
      <PageHead title="Webhooks" actions={webhooks.length > 0 && create}>
        A CI system that sends its events here needs no change to its jobs. Each signs with a secret of its own.
      </PageHead>
      {webhooks.length === 0 ? (
        <Empty icon="download" title="No CI system sends its events here">
          <p>Add one, and paste its URL and secret into the settings of the CI.</p>
          {create}
        </Empty>
      ) : (
        <WebhookTable
          webhooks={webhooks}
          urlOf={(source) => urlFor(c, project, source)}
          base={listPath(project)}
          now={now()}
        />
      )}
      <section class="section">
        <h2>Deliveries</h2>
        <p>The last {MAX_DELIVERIES} that were signed well. What is signed wrongly is refused and not listed.</p>
        {deliveries.length > 0 ? (
          <DeliveryTable deliveries={deliveries} now={now()} />
        ) : (
          <p class="muted">Nothing was delivered yet.</p>
        )}
      </section>
    </>,
  )
}

type Errors = { readonly source?: string; readonly secret?: string }

function newWebhookPage(c: Context<AppEnv>, place: Place, form: URLSearchParams, errors?: Errors): Response {
  const { viewer, project } = place
  const chosen = parseWebhookSource(form.get('source') ?? '')
  return show(
    c,
    place,
    { title: 'Add a webhook', status: errors ? 422 : 200 },
    <>
      <PageHead title="Add a webhook" />
      <Form viewer={viewer} action={listPath(project)}>
        <input type="hidden" name={FORM_ID} value={form.get(FORM_ID) ?? newFormId()} />
        <Field name="source" label="CI system" error={errors?.source}>
          <select {...fieldAttributes('source', { error: errors?.source })}>
            {Object.entries(WEBHOOK_SOURCES).map(([source, { name }]) => (
              <option value={source} selected={source === chosen}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <SecretField error={errors?.secret} />
        <div class="actions">
          <button type="submit" class="button primary">
            Add webhook
          </button>
          <a class="button" href={listPath(project)}>
            Cancel
          </a>
        </div>
      </Form>
    </>,
  )
}

function rotationPage(
  c: Context<AppEnv>,
  place: Place,
  webhook: Webhook,
  { form, error }: { readonly form: URLSearchParams; readonly error?: string },
): Response {
  const { viewer, project } = place
  return show(
    c,
    place,
    { title: `Rotate ${nameOf(webhook)}`, status: error ? 422 : 200 },
    <>
      <PageHead title={`Rotate ${nameOf(webhook)}`}>
        A new secret for the same URL. Both are taken until the old one stops.
      </PageHead>
      <Form viewer={viewer} action={`${listPath(project)}/${webhook.id}/rotate`}>
        <input type="hidden" name={FORM_ID} value={form.get(FORM_ID) ?? newFormId()} />
        <OverlapField label="The old secret stops" chosen={parseOverlap(form) ?? undefined} />
        <SecretField error={error} />
        <div class="actions">
          <button type="submit" class="button primary">
            <Icon name="turn" /> Rotate secret
          </button>
          <a class="button" href={listPath(project)}>
            Cancel
          </a>
        </div>
      </Form>
    </>,
  )
}

function deletionPage(c: Context<AppEnv>, place: Place, webhook: Webhook, error?: string): Response {
  const { viewer, project } = place
  return show(
    c,
    place,
    { title: `Delete ${nameOf(webhook)}`, status: error ? 422 : 200 },
    <>
      <PageHead title={`Delete ${nameOf(webhook)}?`}>
        What {WEBHOOK_SOURCES[webhook.source].name} signs with it is refused from then on. Builds stay.
      </PageHead>
      <DeletionForm
        viewer={viewer}
        action={`${listPath(project)}/${webhook.id}/delete`}
        back={listPath(project)}
        button="Delete webhook"
        error={error}
      />
    </>,
  )
}

function secretPage(
  c: Context<AppEnv>,
  place: Place,
  webhook: Webhook,
  { title, secret }: { readonly title: string; readonly secret: string },
) {
  const url = urlFor(c, place.project, webhook.source)
  return show(
    c,
    place,
    { title, caching: 'no-store' },
    <WebhookSecretShown title={title} webhook={webhook} url={url} secret={secret} back={listPath(place.project)} />,
  )
}

function doneBefore(c: Context<AppEnv>, place: Place): Response {
  const content = <MadeBefore back={listPath(place.project)} what="webhook" />
  return show(c, place, { title: 'Done already', status: 409, caching: 'no-store' }, content)
}
