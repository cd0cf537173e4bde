import type { Context } from 'hono'
import { SCOPES } from '../../../domain/access/scope.ts'
import { parseTokenFilter, TOKEN_FILTERS, type TokenFilter } from '../../../domain/access/token-filter.ts'
import { organizationSlugOf } from '../../../domain/organization.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { findTokens, type OwnedToken } from '../../../storage/tokens/every-token.ts'
import { slugsOfLimits } from '../../../storage/tokens/limit-projects.ts'
import { isAsked } from '../../../storage/tokens/uses/asked-tokens.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { queryText } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { page } from '../frame/page.ts'
import { DataTable, PageHead, Time } from '../parts/parts.tsx'
import { tokenPage } from '../tokens/token-page.tsx'
import { confirmDeletion, deleteAsked } from '../tokens/token-pages.tsx'
import { End, LastUse, NoSuchTokens, TokenName } from '../tokens/token-parts.tsx'
import { instancePage, TOKENS_PATH } from './instance-layout.tsx'

const TOKENS_A_PAGE = 50

/** Instance → Tokens: those of all people and projects, for the owners to see and to end. */
export function mountInstanceTokensPage(app: App): void {
  page(app, 'GET /instance/tokens', async (c, { viewer }) => {
    const { db, now } = c.env.stores
    const filter = parseTokenFilter(c.req.query('show') ?? 'all') ?? 'all'
    const text = (c.req.query('text') ?? '').trim()
    const asked = { filter, now: now(), userId: viewer.userId }
    const page = { after: queryText(c, 'after'), limit: TOKENS_A_PAGE }
    const { found, next } = await findTokens(db, { fits: isAsked(asked), text }, page)
    const slugs = await slugsOfLimits(
      db,
      found.map(({ token }) => token),
    )
    const columns = [
      { label: 'Token' },
      { label: 'Of' },
      { label: 'Created by' },
      { label: 'Created' },
      { label: 'Last used' },
      { label: 'Expires' },
      { label: 'Actions', class: 'end', unlabelled: true },
    ]
    const rows = found.map(({ token, createdBy, ...whose }) => [
      <>
        <TokenName token={token} slugs={slugs} base={TOKENS_PATH} />
        <span class="tag">{'scope' in token ? SCOPES[token.scope].name : 'Personal'}</span>
      </>,
      <Whose token={token} {...whose} />,
      createdBy ?? <span class="muted">–</span>,
      <Time at={token.createdAt} now={asked.now} />,
      <LastUse token={token} now={asked.now} />,
      <End token={token} now={asked.now} />,
      <a class="button small danger" href={`${TOKENS_PATH}/${token.id}/delete`}>
        Delete<span class="unseen"> {token.label}</span>
      </a>,
    ])
    const more = new URLSearchParams({
      ...(filter === 'all' ? {} : { show: filter }),
      ...(text === '' ? {} : { text }),
    })
    if (next !== null) more.set('after', next)
    return show(c, viewer)(
      { title: 'Tokens' },
      <>
        <PageHead title="Tokens">
          Those of all people, projects and organizations, the newest first; never their secrets. The tokens of CI jobs,
          which live for an hour, are not here.
        </PageHead>
        <Filters filter={filter} text={text} />
        {found.length === 0 && next === null ? (
          <NoSuchTokens list={TOKENS_PATH} />
        ) : (
          <DataTable caption="Tokens of this server" columns={columns} rows={rows} />
        )}
        {next !== null && (
          <p>
            <a href={`${TOKENS_PATH}?${more}`}>
              {found.length === 0 ? 'None so far: look at older ones' : 'Older tokens'}
            </a>
          </p>
        )}
      </>,
    )
  })

  page(app, 'GET /instance/tokens/:id', (c, { viewer, params }) =>
    tokenPage(c, placeOf(c, viewer), params, { mayRotate: false }),
  )
  page(app, 'GET /instance/tokens/:id/delete', (c, { viewer, params }) =>
    confirmDeletion(c, placeOf(c, viewer), params),
  )
  page(app, 'POST /instance/tokens/:id/delete', (c, asked) => deleteAsked(c, placeOf(c, asked.viewer), asked))
}

function placeOf(c: Context<AppEnv>, viewer: Viewer) {
  return { viewer, holder: { kind: 'instance' }, list: TOKENS_PATH, show: show(c, viewer), typed: 'DELETE' } as const
}

type Shown = Parameters<typeof instancePage>

function show(c: Context<AppEnv>, viewer: Viewer) {
  return (frame: Omit<Shown[2], 'here'>, content: Shown[3]) =>
    instancePage(c, viewer, { here: TOKENS_PATH, ...frame }, content)
}

function Whose({ token, person, project }: Omit<OwnedToken, 'createdBy'>) {
  const name = token.kind === 'organization' ? organizationSlugOf(token.organization) : (project ?? person)
  return name === null ? <span class="muted">–</span> : <span>{name}</span>
}

function Filters({ filter, text }: { filter: TokenFilter; text: string }) {
  return (
    <form class="row filters" method="get" action={TOKENS_PATH}>
      <select name="show" aria-label="Which tokens">
        {Object.entries(TOKEN_FILTERS)
          .filter(([value]) => value !== 'mine')
          .map(([value, { name }]) => (
            <option value={value} selected={value === filter}>
              {name}
            </option>
          ))}
      </select>
      <input
        type="search"
        name="text"
        value={text}
        placeholder="Label, person or project"
        aria-label="Label, person or project"
      />
      <button type="submit" class="button">
        Show
      </button>
    </form>
  )
}
