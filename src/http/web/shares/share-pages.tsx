import type { Context } from 'hono'
import { makeShare } from '../../../actions/make-share.ts'
import { sharePath } from '../../../domain/access/share.ts'
import { type Artifact, fileNameOf } from '../../../domain/artifacts/artifact.ts'
import { AppError } from '../../../domain/error.ts'
import { pageOfRows, pageTokenFor, parsePageToken } from '../../../domain/formats/page-token.ts'
import type { Project } from '../../../domain/project.ts'
import { findArtifact } from '../../../storage/artifacts/artifacts.ts'
import { type AfterShare, deleteShare, listShares, MAX_SHARES } from '../../../storage/shares/shares.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { artifactPlaceOf, buildNumOf } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { idForForm } from '../frame/form-id.ts'
import { page } from '../frame/page.ts'
import { buildPath, sharesPath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'
import { renderPage } from '../parts/layout.tsx'
import { Copyable, Empty, PageHead, Pager } from '../parts/parts.tsx'
import { MadeBefore } from '../tokens/token-parts.tsx'
import { crumbsOf, filledIn, type Place, sharePage } from './share-form.tsx'
import { ShareTable } from './share-table.tsx'

/** Making links to files and reports of a project, looking at them, and ending them. */
export function mountSharePages(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/shares', async (c, { viewer, project }) => {
    const { db, now } = c.env.stores
    const after = afterOf(c)
    const rows = await listShares(db, project.id, { after, limit: SHARES_A_PAGE + 1 })
    const { items, nextKey } = pageOfRows(rows, SHARES_A_PAGE, ({ createdAt, id }) => [createdAt, id])
    const list = sharesPath(project)
    return renderPage(
      c,
      { title: `Share links · ${project.org}/${project.repo}`, viewer, crumbs: crumbsOf(project, 'Share links') },
      <>
        <PageHead title="Share links">
          Each opens one file, pack or report for whoever has it, without an account. Any member can end any of them.
        </PageHead>
        {items.length > 0 ? (
          <ShareTable viewer={viewer} project={project} shares={items} now={now()} />
        ) : (
          <Empty icon="external" title={after ? 'There are no older ones' : 'Nothing is shared by a link'}>
            <p>“Share” beside a file or a report on the page of a build makes one.</p>
          </Empty>
        )}
        <Pager
          newer={after ? list : null}
          older={nextKey && `${list}?after=${pageTokenFor(LIST, nextKey)}`}
          words={['Newest', 'Older']}
        />
        <p class="promise muted">
          <Icon name="clock" /> A link that was ended is refused at once, and what it opened within 10 seconds.
        </p>
      </>,
    )
  })

  page(app, 'POST /:vcs/:org/:repo/shares/:id/end', async (c, { actor, project, params }) => {
    // Where somebody else was faster it is ended just as well.
    await deleteShare(c.env.stores, project.id, params.id, actor)
    return redirectTo(sharesPath(project), 'share-ended')
  })

  page(app, 'GET /:vcs/:org/:repo/:num{[0-9]+}/share/:node/:path{.+}', async (c, { viewer, project, params }) => {
    const artifact = await requireArtifact(c, project, params)
    return sharePage(c, { viewer, project, artifact, form: new URLSearchParams({ as: c.req.query('as') ?? '' }) })
  })

  page(app, 'POST /:vcs/:org/:repo/:num{[0-9]+}/share/:node/:path{.+}', async (c, asked) => {
    const { viewer, project, params, form, actor } = asked
    const artifact = await requireArtifact(c, project, params)
    const filled = filledIn(form, artifact, c.env.stores.now())
    if (filled.kind === 'wrong') return sharePage(c, { viewer, project, artifact, form, errors: filled.errors })
    const wanted = {
      ...filled.wanted,
      of: { kind: 'build', num: artifact.buildNum },
      onceId: await idForForm(viewer, form),
    } as const
    const made = await makeShare(c.env.stores, project, wanted, actor)
    switch (made.kind) {
      case 'made':
        return madePage(c, { viewer, project, artifact }, `${publicOriginOf(c)}${sharePath(made.secret)}`)
      case 'full': {
        const full = `A project can have at most ${MAX_SHARES} open share links: end one first.`
        return sharePage(c, { viewer, project, artifact, form, errors: { expires: full } })
      }
      case 'done_before':
        return renderPage(
          c,
          { title: 'Done already', viewer, status: 409, caching: 'no-store' },
          <MadeBefore back={sharesPath(project)} what="link" />,
        )
      case 'no_build':
      case 'no_artifact':
        throw new AppError('artifact_not_found')
    }
  })
}

const SHARES_A_PAGE = 50
const LIST = 'share'

/** Null also for what no page of ours leads to: then the list begins anew. */
function afterOf(c: Context<AppEnv>): AfterShare | null {
  const [createdAt, id] = parsePageToken(LIST, ['number', 'string'], c.req.query('after') ?? '') ?? []
  return typeof createdAt === 'number' && typeof id === 'string' ? { createdAt, id } : null
}

async function requireArtifact(
  c: Context<AppEnv>,
  project: Project,
  params: { readonly num: string; readonly node: string; readonly path: string },
): Promise<Artifact> {
  const artifact = await findArtifact(c.env.stores, project.id, buildNumOf(params), artifactPlaceOf(params))
  if (!artifact) throw new AppError('artifact_not_found')
  return artifact
}

/** The only page that shows a link. */
function madePage(c: Context<AppEnv>, { viewer, project, artifact }: Place, link: string): Response {
  const list = sharesPath(project)
  return renderPage(
    c,
    { title: 'Share link made', viewer, caching: 'no-store', crumbs: crumbsOf(project, 'Share link made') },
    <>
      <PageHead title="Share link made" />
      {/* The script drops what is shown once when the page is left, and a reload then opens the list. */}
      <div class="secret" data-once data-leads-to={list}>
        <h2>{fileNameOf(artifact.path)}</h2>
        <p>
          Copy the link now. <strong>You will not be able to view it again.</strong>
        </p>
        <Copyable id="secret" text={link} label="Link" />
        <div class="actions">
          <a class="button" href={`${buildPath(project, artifact.buildNum)}#artifacts`}>
            Done
          </a>
          <a class="button" href={list}>
            All share links
          </a>
        </div>
      </div>
    </>,
  )
}
