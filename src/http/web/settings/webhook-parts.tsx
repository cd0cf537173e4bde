import type { DeliveryResult } from '../../../domain/reporting/delivery.ts'
import {
  MAX_WEBHOOK_SECRET_LENGTH,
  WEBHOOK_SOURCES,
  type WebhookSource,
} from '../../../domain/reporting/webhook-source.ts'
import type { Delivery } from '../../../storage/reporting/deliveries.ts'
import type { Webhook } from '../../../storage/reporting/webhooks.ts'
import { Field, fieldAttributes } from '../parts/form-parts.tsx'
import { Copyable, DataTable, PageHead, Time } from '../parts/parts.tsx'

/** Where each CI system wants the two, in its own words; docs/webhooks.md has the steps. */
const PLACES: Record<WebhookSource, string> = {
  github:
    'In the repository: Settings → Webhooks → Add webhook. The URL is the Payload URL, the content type application/json. Choose individual events: Workflow jobs and Workflow runs.',
  gitlab:
    'In the project: Settings → Webhooks → Add new webhook. The secret is the Secret token. Trigger: Job events and Pipeline events.',
  circleci:
    'Project Settings → Webhooks → Add Webhook. The URL is the Receiver URL, the secret the Secret token. Events: Job Completed and Workflow Completed.',
  buildkite:
    'Settings → Notification Services → Webhook, with the token sent as X-Buildkite-Signature. Events: job.scheduled, job.started, job.finished, build.running and build.finished.',
  jenkins:
    'With the Notification plugin: Job Notifications → Add Endpoint, format JSON, protocol HTTP, all events. The secret goes into the URL as the password: https://buildpass:SECRET@…',
}

type ListedWebhook = Webhook & { readonly createdBy: string | null }

export function WebhookTable(props: {
  webhooks: readonly ListedWebhook[]
  urlOf: (source: WebhookSource) => string
  base: string
  now: number
}) {
  const { webhooks, urlOf, base, now } = props
  const rows = webhooks.map((webhook) => [
    <>
      <strong>{WEBHOOK_SOURCES[webhook.source].name}</strong>
      {webhook.expiresAt !== null && (
        <span class="tag warn">
          old secret, stops <Time at={webhook.expiresAt} now={now} />
        </span>
      )}
      {webhook.expiresAt === null && (
        <Copyable
          id={`url-${webhook.source}`}
          text={urlOf(webhook.source)}
          label={`Endpoint URL for ${WEBHOOK_SOURCES[webhook.source].name}`}
        />
      )}
    </>,
    <span>
      <Time at={webhook.createdAt} now={now} />
      {webhook.createdBy && <span class="muted"> by {webhook.createdBy}</span>}
    </span>,
    <div class="actions">
      {webhook.expiresAt === null && (
        <a class="button small" href={`${base}/${webhook.id}/rotate`}>
          Rotate<span class="unseen"> {nameOf(webhook)}</span>
        </a>
      )}
      <a class="button small danger" href={`${base}/${webhook.id}/delete`}>
        Delete<span class="unseen"> {nameOf(webhook)}</span>
      </a>
    </div>,
  ])
  return (
    <DataTable
      caption="Webhooks of this project"
      columns={[
        { label: 'Source and endpoint URL' },
        { label: 'Created' },
        { label: 'Actions', class: 'end', unlabelled: true },
      ]}
      rows={rows}
    />
  )
}

/** What people call it; of two secrets of one source, which. */
export function nameOf({ source, expiresAt }: Webhook): string {
  const { name } = WEBHOOK_SOURCES[source]
  return expiresAt === null ? `the ${name} webhook` : `the old ${name} secret`
}

/** The only page that shows a webhook's secret. */
export function WebhookSecretShown(props: {
  title: string
  webhook: Webhook
  url: string
  secret: string
  back: string
}) {
  const { title, webhook, url, secret, back } = props
  const { name } = WEBHOOK_SOURCES[webhook.source]
  return (
    <>
      <PageHead title={title} />
      {/* The script drops what is shown once when the page is left, and a reload then opens the list. */}
      <div class="secret" data-once data-leads-to={back}>
        <h2>Paste these into {name}</h2>
        <p>
          Copy the secret now. <strong>You will not be able to view the secret again.</strong>
        </p>
        <p class="label">Endpoint URL</p>
        <Copyable id="url" text={url} label="Endpoint URL" />
        <p class="label">Secret</p>
        <Copyable id="secret" text={secret} label="Secret" />
        <p>{PLACES[webhook.source]}</p>
        <a class="button" href={back}>
          Done
        </a>
      </div>
    </>
  )
}

/** Never filled in again after a mistake: a secret has no business in a second page. */
export function SecretField({ error }: { error: string | undefined }) {
  return (
    <Field
      name="secret"
      label="Secret (optional)"
      error={error}
      hint="Leave it empty and one is made for you. Buildkite makes its own: paste its token here."
    >
      <input
        type="text"
        {...fieldAttributes('secret', { error, hint: true })}
        maxlength={MAX_WEBHOOK_SECRET_LENGTH}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
    </Field>
  )
}

const RESULTS: Record<DeliveryResult, { readonly text: string; readonly tone: 'good' | 'bad' | '' }> = {
  stored: { text: 'stored', tone: 'good' },
  ignored: { text: 'ignored', tone: '' },
  other_repository: { text: 'other repository', tone: 'bad' },
  unreadable: { text: 'unreadable', tone: 'bad' },
}

export function DeliveryTable({ deliveries, now }: { deliveries: readonly Delivery[]; now: number }) {
  return (
    <DataTable
      caption="Deliveries, newest first"
      columns={[{ label: 'When' }, { label: 'Source' }, { label: 'Event' }, { label: 'Result' }]}
      rows={deliveries.map(({ at, source, event, result, detail }) => [
        <Time at={at} now={now} />,
        WEBHOOK_SOURCES[source].name,
        <code>{event}</code>,
        <span>
          <span class={`tag ${RESULTS[result].tone}`.trim()}>{RESULTS[result].text}</span>{' '}
          <span class="muted small-text">{detail}</span>
        </span>,
      ])}
    />
  )
}
