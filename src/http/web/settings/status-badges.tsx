import type { Context } from 'hono'
import { longestDaysOf } from '../../../domain/access/policy.ts'
import { mintSecret } from '../../../domain/access/secret.ts'
import { type BadgeStyle, badgeFor, parseBadgeStyle } from '../../../domain/builds/badge.ts'
import { BADGE_FORMATS, type BadgeFormat, badgeUrlsFor } from '../../../domain/builds/badge-code.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { AppError } from '../../../domain/error.ts'
import { visibleText } from '../../../domain/formats/visible-text.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project } from '../../../domain/project.ts'
import { findBranchStatus } from '../../../storage/builds/branches/branch-status.ts'
import { listRecentBranches } from '../../../storage/builds/pipeline-overviews.ts'
import { findPolicy } from '../../../storage/tokens/policy/policy.ts'
import { insertToken } from '../../../storage/tokens/tokens.ts'
import { badgeSvg } from '../../badges/badge-svg.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { checkedBranch } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { throwTokenRefused } from '../../frame/token-refused.ts'
import { FORM_ID, idForForm, newFormId } from '../frame/form-id.ts'
import { page } from '../frame/page.ts'
import { Form, HiddenNote } from '../parts/form-parts.tsx'
import { Copyable, PageHead } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'
import { madeBefore } from '../tokens/token-pages.tsx'

const STYLES: Record<BadgeStyle, string> = { shield: 'Shield', 'flat-square': 'Flat square', svg: 'Pill' }
const TOKEN_PLACE = 'YOUR_STATUS_TOKEN'

/** Project settings → Status Badges. */
export function mountStatusBadges(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/badges', (c, { viewer, project }) => {
    const query = new URLSearchParams(new URL(c.req.url).search)
    return badgesPage(c, viewer, project, { wish: wishOf(query) })
  })

  page(app, 'POST /:vcs/:org/:repo/settings/badges/token', async (c, { actor, viewer, project, form }) => {
    const wish = wishOf(form)
    const secret = mintSecret('project')
    const label = `Status badge${wish.branch ? ` (${wish.branch.slice(0, 60)})` : ''}`
    const wanted = {
      kind: 'project',
      projectId: project.id,
      scope: 'status',
      label,
      limits: { only: 'badges' },
    } as const
    const { stores } = c.env
    const onceId = await idForForm(viewer, form)
    // As long as the owners let it live: a README shows it until then.
    const days = longestDaysOf((await findPolicy(stores.db)).policy, 'project')
    const expiresAt = days === null ? null : stores.now() + days * DAY_MS
    const inserted = await insertToken(stores, secret, { ...wanted, expiresAt, onceId }, actor)
    if (inserted.kind === 'against_policy')
      throw new AppError(
        'permission_denied',
        'By the policy of this server each token is limited to networks, and a badge is looked at from anywhere: make a token under API Permissions.',
      )
    if (inserted.kind === 'created') return badgesPage(c, viewer, project, { wish, secret })
    if (inserted.kind !== 'done_before') return throwTokenRefused(inserted)
    const place = { viewer, project, here: '/badges' }
    return madeBefore({
      list: `${settingsPath(project)}/api`,
      show: (frame, content) => settingsPage(c, place, frame, content),
    })
  })

  // The picture by session, so that the preview of a private project needs no token in its address.
  page(app, 'GET /:vcs/:org/:repo/settings/badges/preview', async (c, { project }) => {
    const { branch, style } = wishOf(new URLSearchParams(new URL(c.req.url).search))
    const status = await findBranchStatus(c.env.stores, project.id, branch ?? project.defaultBranch)
    return new Response(badgeSvg(badgeFor(status), style), {
      headers: {
        'Content-Type': 'image/svg+xml; charset=utf-8',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        'Cache-Control': 'private, no-cache',
        'X-Content-Type-Options': 'nosniff',
      },
    })
  })
}

/** What the form asks for. */
type Wish = { readonly branch: string | null; readonly style: BadgeStyle }

function wishOf(filled: URLSearchParams): Wish {
  const branch = checkedBranch((filled.get('branch') ?? '').trim())
  return { branch: branch === '' ? null : branch, style: parseBadgeStyle(filled.get('style') ?? undefined) }
}

type Shown = { readonly wish: Wish; readonly secret?: string }

async function badgesPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  project: Project,
  { wish, secret }: Shown,
): Promise<Response> {
  const branches = await listRecentBranches(c.env.stores.db, project.id)
  const isPrivate = project.visibility === 'private'
  const token = isPrivate ? (secret ?? TOKEN_PLACE) : null
  const urls = badgeUrlsFor({ origin: publicOriginOf(c), project, ...wish, token })
  const preview = new URLSearchParams({ branch: wish.branch ?? '', style: wish.style })
  const base = `${settingsPath(project)}/badges`
  return settingsPage(
    c,
    { viewer, project, here: '/badges' },
    { title: 'Status Badges', caching: secret ? 'no-store' : 'private' },
    <>
      <PageHead title="Status Badges">A picture of a branch’s state, for a README, a wiki or a dashboard.</PageHead>
      <form method="get" action={base} class="inline-form card card-body">
        <BranchField branches={branches} project={project} chosen={wish.branch} />
        <div class="field">
          <label for="style">Style</label>
          <select id="style" name="style" data-submit>
            {Object.entries(STYLES).map(([style, name]) => (
              <option value={style} selected={style === wish.style}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" class="button">
          Update
        </button>
        <div class="preview">
          <span class="label">Preview</span>
          <img
            src={`${base}/preview?${preview}`}
            alt={`Build status of ${wish.branch ?? project.defaultBranch}`}
            height="20"
          />
        </div>
      </form>
      {isPrivate && <TokenForBadge viewer={viewer} base={base} wish={wish} isThere={secret !== undefined} />}
      <section class="section" data-once={secret ? '' : undefined} data-leads-to={secret ? base : undefined}>
        <h2>Code</h2>
        <p>The picture links to the project’s page.</p>
        <div class="stack codes">
          {Object.entries(BADGE_FORMATS).map(([format, { name, write }]) => (
            <div>
              <h3>{name}</h3>
              <Copyable id={`code-${format as BadgeFormat}`} text={write(urls)} label={`${name} code`} />
            </div>
          ))}
        </div>
      </section>
    </>,
  )
}

function BranchField({
  branches,
  project,
  chosen,
}: {
  branches: readonly string[]
  project: Project
  chosen: string | null
}) {
  return (
    <div class="field">
      <label for="branch">Branch</label>
      <input
        type="text"
        id="branch"
        name="branch"
        list="branches"
        value={chosen ?? ''}
        placeholder={`${project.defaultBranch} (default)`}
        autocomplete="off"
        data-submit
      />
      <HiddenNote text={chosen ?? ''} />
      <datalist id="branches">
        {/* A browser shows the value itself: a name that cannot be read is not offered. */}
        {branches
          .filter((branch) => visibleText(branch) === branch)
          .map((branch) => (
            <option value={branch} />
          ))}
      </datalist>
    </div>
  )
}

/** A private project's badge needs a token in its address. */
function TokenForBadge({
  viewer,
  base,
  wish,
  isThere,
}: {
  viewer: Viewer
  base: string
  wish: Wish
  isThere: boolean
}) {
  if (isThere) {
    return (
      <div class="callout good badge-token">
        <p>
          <strong>The code below holds the new Status token.</strong> Copy it now: you will not be able to view the
          token again. It opens badges, their JSON and cc.xml, and nothing else.
        </p>
      </div>
    )
  }
  return (
    <div class="callout badge-token">
      <p>
        This project is private, so the address needs a Status token. Whoever can read the address can see badges and
        cc.xml of this project, and nothing else.
      </p>
      <Form viewer={viewer} action={`${base}/token`}>
        <input type="hidden" name={FORM_ID} value={newFormId()} />
        <input type="hidden" name="branch" value={wish.branch ?? ''} />
        <input type="hidden" name="style" value={wish.style} />
        <button type="submit" class="button primary">
          Create a Status token and put it in the code
        </button>
      </Form>
    </div>
  )
}
