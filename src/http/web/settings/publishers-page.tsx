import type { Context } from 'hono'
import {
  claimProblems,
  ISSUERS,
  type IssuerKind,
  issuerFor,
  parseIssuerKind,
  type TrustedPublisher,
} from '../../../domain/access/trusted-publisher.ts'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project } from '../../../domain/project.ts'
import {
  deletePublisher,
  findPublisher,
  insertPublisher,
  listPublishers,
  MAX_PUBLISHERS,
} from '../../../storage/tokens/publishers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { idForForm } from '../frame/form-id.ts'
import { page } from '../frame/page.ts'
import { Icon } from '../parts/icon.tsx'
import { Empty, PageHead } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'
import { confirmationProblem, DeletionForm } from './deletion-form.tsx'
import { Claims, KindForm, PublisherForm, PublisherTable } from './publisher-parts.tsx'

/** Project settings → Trusted publishers. */
export function mountPublisherPages(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/publishers', (c, { viewer, project }) =>
    publishersPage(c, { viewer, project }),
  )

  page(app, 'GET /:vcs/:org/:repo/settings/publishers/new', (c, { viewer, project }) =>
    newPublisherPage(c, { viewer, project }, parseIssuerKind(c.req.query('kind') ?? '') ?? 'github'),
  )

  page(app, 'POST /:vcs/:org/:repo/settings/publishers', async (c, { actor, viewer, project, form }) => {
    const kind = parseIssuerKind(form.get('kind') ?? '')
    if (!kind)
      return newPublisherPage(c, { viewer, project }, 'github', { form, errors: { kind: 'Choose a CI system.' } })
    const claims = claimsOf(kind, form)
    const issuer = issuerFor(kind, (form.get('issuer') ?? '').trim() || null, claims, c.env.settings.ownIssuers)
    const errors: Record<string, string> = {}
    for (const { path, message } of claimProblems(kind, claims))
      errors[path.replace(/^claims\./, 'claim:')] ??= `This claim ${message}.`
    if (!issuer) errors.issuer = 'This issuer is not trusted here: whoever deploys this names it in OIDC_ISSUERS.'
    if (!issuer || Object.keys(errors).length > 0)
      return newPublisherPage(c, { viewer, project }, kind, { form, errors })
    const onceId = await idForForm(viewer, form)
    const inserted = await insertPublisher(c.env.stores, project.id, { kind, issuer, claims, onceId }, actor)
    if (inserted.kind === 'full') {
      const full = `A project can have at most ${MAX_PUBLISHERS} publishers: delete one first.`
      return newPublisherPage(c, { viewer, project }, kind, { form, errors: { kind: full } })
    }
    return redirectTo(listPath(project), 'publisher-added')
  })

  page(app, 'GET /:vcs/:org/:repo/settings/publishers/:id/delete', async (c, { viewer, project, params }) =>
    deletionPage(c, { viewer, project }, await requirePublisher(c, project, params)),
  )

  page(
    app,
    'POST /:vcs/:org/:repo/settings/publishers/:id/delete',
    async (c, { actor, viewer, project, form, params }) => {
      const publisher = await requirePublisher(c, project, params)
      const problem = confirmationProblem(form, 'publisher')
      if (problem) return deletionPage(c, { viewer, project }, publisher, problem)
      await deletePublisher(c.env.stores, project.id, publisher.id, actor)
      return redirectTo(listPath(project), 'publisher-deleted')
    },
  )
}

type Place = { readonly viewer: Viewer; readonly project: Project }

function listPath(project: Project): string {
  return `${settingsPath(project)}/publishers`
}

/** The claims that were filled in; an empty field pins nothing. */
function claimsOf(kind: IssuerKind, form: URLSearchParams): Record<string, string> {
  const { mandatory, optional } = ISSUERS[kind]
  const filled = [...mandatory, ...optional].map((name) => [name, (form.get(`claim:${name}`) ?? '').trim()] as const)
  return Object.fromEntries(filled.filter(([, value]) => value !== ''))
}

async function requirePublisher(
  c: Context<AppEnv>,
  project: Project,
  { id }: { readonly id: string },
): Promise<TrustedPublisher> {
  const publisher = await findPublisher(c.env.stores.db, project.id, id)
  if (!publisher) throw new AppError('publisher_not_found')
  return publisher
}

async function publishersPage(c: Context<AppEnv>, place: Place): Promise<Response> {
  const { db, now } = c.env.stores
  const list = listPath(place.project)
  const publishers = await listPublishers(db, place.project.id)
  const create = (
    <a class="button primary" href={`${list}/new`}>
      <Icon name="plus" /> Add publisher
    </a>
  )
  return settingsPage(
    c,
    { ...place, here: '/publishers' },
    { title: 'Trusted publishers' },
    <>
      <PageHead title="Trusted publishers" actions={publishers.length > 0 && create}>
        CI jobs that may report to this project by the identity that their CI signs for them, without a stored secret.
      </PageHead>
      {publishers.length === 0 ? (
        <Empty icon="check" title="No job is trusted by its identity">
          <p>Name the CI and the id of its project, and its jobs can report without a token.</p>
          {create}
        </Empty>
      ) : (
        <PublisherTable publishers={publishers} base={list} now={now()} />
      )}
    </>,
  )
}

type Refused = { readonly form: URLSearchParams; readonly errors: Readonly<Record<string, string>> }

function newPublisherPage(c: Context<AppEnv>, place: Place, kind: IssuerKind, refused?: Refused): Response {
  const list = listPath(place.project)
  const own = c.env.settings.ownIssuers.filter((entry) => entry.kind === kind).map(({ issuer }) => issuer)
  return settingsPage(
    c,
    { ...place, here: '/publishers' },
    { title: 'Add a trusted publisher', status: refused ? 422 : 200 },
    <>
      <PageHead title="Add a trusted publisher">
        A job’s identity must say each of these to the letter. Ids, unlike names, never pass to somebody else.
      </PageHead>
      <div class="stack">
        <KindForm action={`${list}/new`} chosen={kind} error={refused?.errors.kind} />
        <PublisherForm
          viewer={place.viewer}
          list={list}
          kind={kind}
          ownIssuers={own}
          form={refused?.form ?? new URLSearchParams()}
          errors={refused?.errors ?? {}}
        />
      </div>
    </>,
  )
}

function deletionPage(c: Context<AppEnv>, place: Place, publisher: TrustedPublisher, error?: string) {
  const list = listPath(place.project)
  return settingsPage(
    c,
    { ...place, here: '/publishers' },
    { title: 'Delete a trusted publisher', status: error ? 422 : 200 },
    <>
      <PageHead title={`Delete this ${ISSUERS[publisher.kind].name} publisher?`}>
        Its jobs can no longer report, and the tokens that they hold end within seconds.
      </PageHead>
      <DeletionForm
        viewer={place.viewer}
        action={`${list}/${publisher.id}/delete`}
        back={list}
        button="Delete publisher"
        error={error}
      >
        <Claims claims={publisher.claims} />
      </DeletionForm>
    </>,
  )
}
