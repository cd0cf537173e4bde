import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { AppError } from '../../../domain/error.ts'
import { listenerName } from '../../../domain/notices/dispatch-target.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project } from '../../../domain/project.ts'
import {
  deleteListener,
  insertListener,
  listListeners,
  MAX_LISTENERS,
  resumeListener,
  type StoredListener,
  tryListener,
} from '../../../storage/notices/listeners.ts'
import { listOutbox, MAX_LISTED_MESSAGES } from '../../../storage/notices/outbox.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { idForForm } from '../frame/form-id.ts'
import { page } from '../frame/page.ts'
import { Icon } from '../parts/icon.tsx'
import type { Frame } from '../parts/layout.tsx'
import { Copyable, Empty, PageHead } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'
import { confirmationProblem, DeletionForm } from '../settings/deletion-form.tsx'
import { MadeBefore } from '../tokens/token-parts.tsx'
import { type ChannelErrors, ChannelForm, parseChannel } from './channel-form.tsx'
import { ChannelTable, MessageTable } from './channel-table.tsx'

/** Project settings → Notices: who is told of what happens here, beside people. */
export function mountChannelsPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/notices', (c, { viewer, project }) => channelsPage(c, { viewer, project }))

  page(app, 'GET /:vcs/:org/:repo/settings/notices/new', (c, { viewer, project }) =>
    newChannelPage(c, { viewer, project }, { form: new URLSearchParams() }),
  )

  page(app, 'POST /:vcs/:org/:repo/settings/notices', async (c, { actor, viewer, project, form }) => {
    const { stores, settings } = c.env
    const parsed = parseChannel(form, settings.allowedHosts)
    if ('errors' in parsed) return newChannelPage(c, { viewer, project }, { form, errors: parsed.errors })
    const { listener, secret } = parsed
    const onceId = await idForForm(viewer, form)
    const made = await insertListener(stores, project.id, { listener, secret, keys: settings.dataKeys, onceId }, actor)
    const isShownOnce = listener.kind === 'webhook'
    switch (made.kind) {
      case 'created':
        if (isShownOnce) return secretPage(c, { viewer, project }, { name: listenerName(listener), secret })
        return redirectTo(listPath(project), 'channel-added')
      case 'done_before':
        return isShownOnce ? doneBefore(c, { viewer, project }) : redirectTo(listPath(project), 'channel-added')
      case 'full':
        return newChannelPage(c, { viewer, project }, { form, errors: {}, isFull: true })
    }
  })

  page(app, 'POST /:vcs/:org/:repo/settings/notices/:id/try', async (c, { actor, project, params }) => {
    const isSent = await tryListener(c.env.stores, project.id, params.id, actor)
    return redirectTo(listPath(project), isSent ? 'channel-tried' : 'channel-not-tried')
  })

  page(app, 'POST /:vcs/:org/:repo/settings/notices/:id/resume', async (c, { actor, project, params }) => {
    if (!(await resumeListener(c.env.stores, project.id, params.id, actor))) throw new AppError('listener_not_found')
    return redirectTo(listPath(project), 'channel-resumed')
  })

  page(app, 'GET /:vcs/:org/:repo/settings/notices/:id/delete', async (c, { viewer, project, params }) =>
    deletionPage(c, { viewer, project }, await requireListener(c, project, params.id)),
  )

  page(
    app,
    'POST /:vcs/:org/:repo/settings/notices/:id/delete',
    async (c, { actor, viewer, project, form, params }) => {
      const listener = await requireListener(c, project, params.id)
      const problem = confirmationProblem(form, 'channel')
      if (problem) return deletionPage(c, { viewer, project }, listener, problem)
      await deleteListener(c.env.stores, project.id, listener.id, actor)
      return redirectTo(listPath(project), 'channel-deleted')
    },
  )
}

type Place = { readonly viewer: Viewer; readonly project: Project }

function listPath(project: Project): string {
  return `${settingsPath(project)}/notices`
}

function show(
  c: Context<AppEnv>,
  place: Place,
  frame: Pick<Frame, 'title' | 'status' | 'caching' | 'flash'>,
  content: Child,
) {
  return settingsPage(c, { ...place, here: '/notices' }, frame, content)
}

async function requireListener(c: Context<AppEnv>, project: Project, id: string): Promise<StoredListener> {
  const listener = (await listListeners(c.env.stores.db, project.id)).find((one) => one.id === id)
  if (!listener) throw new AppError('listener_not_found')
  return listener
}

async function channelsPage(c: Context<AppEnv>, place: Place): Promise<Response> {
  const { viewer, project } = place
  const { db, now } = c.env.stores
  const [listeners, messages] = await Promise.all([listListeners(db, project.id), listOutbox(db, project.id)])
  const add = (
    <a class="button primary" href={`${listPath(project)}/new`}>
      <Icon name="plus" /> Add channel
    </a>
  )
  return show(
    c,
    place,
    { title: 'Notices' },
    <>
      <PageHead title="Notices" actions={listeners.length > 0 && listeners.length < MAX_LISTENERS && add}>
        Where else it is told what happens in this project. What you are told yourself is chosen in{' '}
        <a href="/account/notices">your settings</a>.
      </PageHead>
      {listeners.length === 0 ? (
        <Empty icon="bell" title="No channel is told of this project">
          <p>Add a channel of Slack, Mattermost, Discord or Teams, and it is told when the default branch breaks.</p>
          {add}
        </Empty>
      ) : (
        <ChannelTable viewer={viewer} listeners={listeners} base={listPath(project)} now={now()} />
      )}
      {listeners.length >= MAX_LISTENERS && (
        <p class="hint">A project has at most {MAX_LISTENERS}: delete one to add another.</p>
      )}
      <section class="section">
        <h2>Messages</h2>
        <p>The last {MAX_LISTED_MESSAGES} that were sent for this project, or are about to be.</p>
        {messages.length > 0 ? (
          <MessageTable project={project} messages={messages} now={now()} />
        ) : (
          <p class="muted">Nothing was sent yet.</p>
        )}
      </section>
    </>,
  )
}

type Filled = { readonly form: URLSearchParams; readonly errors?: ChannelErrors; readonly isFull?: boolean }

function newChannelPage(c: Context<AppEnv>, place: Place, { form, errors, isFull }: Filled): Response {
  const { viewer, project } = place
  const text = `A project has at most ${MAX_LISTENERS} channels and other receivers: delete one first.`
  return show(
    c,
    place,
    {
      title: 'Add a channel',
      status: errors ? 422 : 200,
      ...(isFull ? { flash: { tone: 'bad', text } as const } : {}),
    },
    <>
      <PageHead title="Add a channel" />
      <ChannelForm viewer={viewer} action={listPath(project)} back={listPath(project)} form={form} errors={errors} />
    </>,
  )
}

function deletionPage(c: Context<AppEnv>, place: Place, { id, listener }: StoredListener, error?: string): Response {
  const { viewer, project } = place
  const name = listenerName(listener)
  return show(
    c,
    place,
    { title: `Delete ${name}`, status: error ? 422 : 200 },
    <>
      <PageHead title={`Delete ${name}?`}>
        Nothing is sent there from then on, and its address or secret is forgotten here.
      </PageHead>
      <DeletionForm
        viewer={viewer}
        action={`${listPath(project)}/${id}/delete`}
        back={listPath(project)}
        button="Delete channel"
        error={error}
      />
    </>,
  )
}

/** The only page that shows the secret with which messages to a webhook are signed. */
function secretPage(
  c: Context<AppEnv>,
  place: Place,
  { name, secret }: { readonly name: string; readonly secret: string },
) {
  const back = listPath(place.project)
  return show(
    c,
    place,
    { title: 'Webhook added', caching: 'no-store' },
    <>
      <PageHead title="Webhook added" />
      {/* The script drops what is shown once when the page is left, and a reload then opens the list. */}
      <div class="secret" data-once data-leads-to={back}>
        <h2>What is sent to {name} is signed with this</h2>
        <p>
          Copy the secret now. <strong>You will not be able to view the secret again.</strong>
        </p>
        <Copyable id="secret" text={secret} label="Secret" />
        <p>The receiver checks the signature by Standard Webhooks (standardwebhooks.com).</p>
        <a class="button" href={back}>
          Done
        </a>
      </div>
    </>,
  )
}

function doneBefore(c: Context<AppEnv>, place: Place): Response {
  const content = <MadeBefore back={listPath(place.project)} what="channel" />
  return show(c, place, { title: 'Done already', status: 409, caching: 'no-store' }, content)
}
