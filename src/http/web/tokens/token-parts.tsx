import type { Child } from 'hono/jsx'
import { BOUND_MS } from '../../../domain/access/fence.ts'
import { SCOPES } from '../../../domain/access/scope.ts'
import type { Secret } from '../../../domain/access/secret.ts'
import type { Token } from '../../../domain/access/token.ts'
import { TOKEN_FILTERS, TOKEN_ORDERS, type TokenFilter, type TokenOrder } from '../../../domain/access/token-filter.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { organizationSlugOf } from '../../../domain/organization.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Slug } from '../../../domain/project.ts'
import type { Made } from '../../../storage/tokens/made.ts'
import type { ListedToken } from '../../../storage/tokens/tokens.ts'
import { FORM_ID, newFormId } from '../frame/form-id.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { Icon } from '../parts/icon.tsx'
import { type Column, Copyable, DataTable, Empty, PageHead, Time } from '../parts/parts.tsx'
import { MadeList } from '../settings/made-list.tsx'
import { LimitTags } from './limits-fields.tsx'

/** The list of a person's or a project's tokens; `base` is where its forms live. */
export function TokenTable({
  tokens,
  slugs,
  base,
  now,
  caption,
}: {
  tokens: readonly ListedToken[]
  /** Of the projects that tokens are limited to, by id. */
  slugs: ReadonlyMap<string, Slug>
  base: string
  now: number
  caption: string
}) {
  const hasScopes = tokens.some((token) => 'scope' in token)
  const hasMakers = tokens.some((token) => token.kind === 'project')
  const columns: Column[] = [
    { label: hasScopes ? 'Label' : 'Name' },
    ...(hasScopes ? [{ label: 'Scope' }] : []),
    { label: 'Created' },
    ...(hasMakers ? [{ label: 'Created by' }] : []),
    { label: 'Last used' },
    { label: 'Expires' },
    { label: 'Actions', class: 'end', unlabelled: true },
  ]
  const rows = tokens.map((token) => [
    <TokenName token={token} slugs={slugs} base={base} />,
    ...(hasScopes ? ['scope' in token ? SCOPES[token.scope].name : ''] : []),
    <Time at={token.createdAt} now={now} />,
    ...(hasMakers ? [token.createdBy ?? <span class="muted">–</span>] : []),
    <LastUse token={token} now={now} />,
    <End token={token} now={now} />,
    <div class="actions">
      {!hasEnded(token, now) && (
        <a class="button small" href={`${base}/${token.id}/rotate`}>
          Rotate<span class="unseen"> {token.label}</span>
        </a>
      )}
      <a class="button small danger" href={`${base}/${token.id}/delete`}>
        Delete<span class="unseen"> {token.label}</span>
      </a>
    </div>,
  ])
  return <DataTable caption={caption} columns={columns} rows={rows} />
}

/** Which tokens are listed, and in which order. */
export function TokenFilters(props: { list: string; filter: TokenFilter; order: TokenOrder; hasMakers: boolean }) {
  const { list, filter, order, hasMakers } = props
  const filters = Object.entries(TOKEN_FILTERS).filter(([name]) => hasMakers || name !== 'mine')
  return (
    <form class="row filters" method="get" action={list}>
      <select name="show" aria-label="Which tokens">
        {filters.map(([value, { name }]) => (
          <option value={value} selected={value === filter}>
            {name}
          </option>
        ))}
      </select>
      <select name="sort" aria-label="Order">
        {Object.entries(TOKEN_ORDERS).map(([value, { name }]) => (
          <option value={value} selected={value === order}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  )
}

/** What stands in place of a list in which there is none of those that are asked for. */
export function NoSuchTokens({ list }: { list: string }) {
  return (
    <Empty icon="search" title="No such tokens">
      <p>
        <a href={list}>Show all tokens</a>
      </p>
    </Empty>
  )
}

export function TokenName({ token, slugs, base }: { token: Token; slugs: ReadonlyMap<string, Slug>; base: string }) {
  return (
    <>
      <a href={`${base}/${token.id}`}>
        <strong>{token.label}</strong>
      </a>
      <code class="muted">
        {token.prefix}…{token.lastFour}
      </code>
      {token.kind === 'organization' && <span class="tag">{organizationSlugOf(token.organization)}</span>}
      {token.kind !== 'reporting' && <LimitTags limits={token.limits} slugs={slugs} />}
      {token.leakReportedAt !== null && (
        <span class="tag warn" title="Somebody reported this token as found in public">
          seen in public
        </span>
      )}
    </>
  )
}

export function LastUse({ token, now }: { token: Token; now: number }) {
  if (token.lastUsedAt === null) return <span class="muted">Never</span>
  return (
    <span>
      <Time at={token.lastUsedAt} now={now} />
      {token.lastUsedFrom && <span class="muted"> from {token.lastUsedFrom}</span>}
    </span>
  )
}

export function hasEnded({ expiresAt }: Token, now: number): boolean {
  return expiresAt !== null && expiresAt <= now
}

const WEEK_MS = 7 * DAY_MS

export function End({ token, now }: { token: Token; now: number }) {
  if (token.expiresAt === null) return <span class="muted">Never</span>
  if (hasEnded(token, now)) return <span class="tag bad">Expired</span>
  const isSoon = token.expiresAt - now < WEEK_MS
  return isSoon ? (
    <span class="tag warn">
      <Time at={token.expiresAt} now={now} />
    </span>
  ) : (
    <Time at={token.expiresAt} now={now} as="date" />
  )
}

/** The only page that shows a token's secret. `back` is the page that lists the token. */
export function SecretShown(props: { token: Token; secret: Secret; back: string; title: string; children?: Child }) {
  const { token, secret, back, title, children } = props
  return (
    <>
      <PageHead title={title} />
      {/* The script drops what is shown once when the page is left, and a reload then opens the list. */}
      <div class="secret" data-once data-leads-to={back}>
        <h2>{token.label}</h2>
        <p>
          Copy the token now and keep it in a safe place. <strong>You will not be able to view the token again.</strong>
        </p>
        <Copyable id="secret" text={secret} label="Token" />
        <a class="button" href={back}>
          Done
        </a>
      </div>
      {children}
    </>
  )
}

/** What a form that was sent a second time is answered. */
export function MadeBefore({
  back,
  what = 'token',
}: {
  back: string
  what?: 'token' | 'webhook' | 'link' | 'channel'
}) {
  return (
    <div class="notice">
      <h1>This was done already</h1>
      <p>The {what} of this form exists, or existed. Its secret was shown once and cannot be viewed again.</p>
      <p>
        <a class="button primary" href={back}>
          See the {what}s
        </a>
      </p>
    </div>
  )
}

/** Asks before a token is deleted, and names what goes with it. */
export function DeleteForm(props: {
  viewer: Viewer
  token: Token
  minted: readonly Made[]
  action: string
  back: string
  graceMs: number
  /** The word to type, where typing is asked for. */
  typed?: { readonly word: string; readonly error?: string | undefined }
}) {
  const { viewer, token, minted, action, back, graceMs, typed } = props
  return (
    <>
      <PageHead title={`Delete ${token.label}?`}>
        Whatever uses <code>{`${token.prefix}…${token.lastFour}`}</code> stops working. This cannot be undone.
      </PageHead>
      <Form viewer={viewer} action={action} class="stack">
        {minted.length > 0 && (
          <div class="callout warn">
            <h2>What it made ends with it</h2>
            <MadeList made={minted} withProject />
            <label class="choice">
              <input type="checkbox" name="keep_minted" value="yes" /> Keep {minted.length === 1 ? 'it' : 'them'}
            </label>
          </div>
        )}
        <p class="muted">{endSentence(graceMs)}</p>
        {typed && (
          <Field name="confirm" label={`Type ${typed.word} to confirm`} error={typed.error}>
            <input
              type="text"
              {...fieldAttributes('confirm', typed)}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              required
            />
          </Field>
        )}
        <div class="actions">
          <button type="submit" class="button primary danger">
            Delete token
          </button>
          <a class="button" href={back}>
            Cancel
          </a>
        </div>
      </Form>
    </>
  )
}

/** The promise, in numbers. */
export function endSentence(graceMs: number): string {
  const bound = `A deleted token is refused here at once, and everywhere at most ${BOUND_MS / 1000} seconds later`
  return graceMs > 0
    ? `${bound}; where the database cannot be reached, at most ${graceMs / 1000} seconds later.`
    : `${bound}; where the database cannot be reached, nothing is accepted.`
}

const OVERLAPS = [
  [0, 'At once'],
  [3_600, 'In 1 hour'],
  [86_400, 'In 24 hours'],
  [7 * 86_400, 'In 7 days'],
  [30 * 86_400, 'In 30 days'],
] as const
const USUAL_OVERLAP = 86_400

/** How long the old token goes on, in seconds; null for what the form does not offer. */
export function parseOverlap(form: URLSearchParams): number | null {
  const text = form.get('overlap') ?? ''
  return OVERLAPS.find(([seconds]) => String(seconds) === text)?.[0] ?? null
}

export function OverlapField({ label, chosen = USUAL_OVERLAP }: { label: string; chosen?: number | undefined }) {
  return (
    <Field name="overlap" label={label}>
      <select {...fieldAttributes('overlap')}>
        {OVERLAPS.map(([seconds, text]) => (
          <option value={seconds} selected={seconds === chosen}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  )
}

/** Asks how long the old and the new token work side by side. */
export function RotateForm({
  viewer,
  token,
  action,
  back,
}: {
  viewer: Viewer
  token: Token
  action: string
  back: string
}) {
  return (
    <>
      <PageHead title={`Rotate ${token.label}`}>
        A new token with the same {token.kind === 'project' ? 'label, scope' : 'name'} and limits takes the place of{' '}
        <code>{`${token.prefix}…${token.lastFour}`}</code>. Both work until the old one stops.
      </PageHead>
      <Form viewer={viewer} action={action}>
        <input type="hidden" name={FORM_ID} value={newFormId()} />
        <OverlapField label="The old token stops" />
        <div class="actions">
          <button type="submit" class="button primary">
            <Icon name="turn" /> Rotate token
          </button>
          <a class="button" href={back}>
            Cancel
          </a>
        </div>
      </Form>
    </>
  )
}
