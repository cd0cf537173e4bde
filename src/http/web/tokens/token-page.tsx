import type { Context } from 'hono'
import { SCOPES } from '../../../domain/access/scope.ts'
import type { Token } from '../../../domain/access/token.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { organizationSlugOf } from '../../../domain/organization.ts'
import { slugsOfLimits } from '../../../storage/tokens/limit-projects.ts'
import { DAYS_SHOWN, findTokenDetail, type Refusal, type UseOfDay } from '../../../storage/tokens/token-detail.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { DataTable, Facts, PageHead, Time } from '../parts/parts.tsx'
import { LimitTags } from './limits-fields.tsx'
import { type EndingPlace, type Named, requireToken } from './token-pages.tsx'
import { End, hasEnded, LastUse } from './token-parts.tsx'

/** A token by itself: what it opens, who made it, how it is used, and where it was refused. */
export async function tokenPage(
  c: Context<AppEnv>,
  place: EndingPlace,
  named: Named,
  { mayRotate = true }: { readonly mayRotate?: boolean } = {},
): Promise<Response> {
  const { db, now } = c.env.stores
  const token = await requireToken(c, place, named)
  const at = now()
  const [detail, slugs] = await Promise.all([findTokenDetail(db, token.id, at), slugsOfLimits(db, [token])])
  const { createdBy, mintedBy, uses, places, refusals } = detail
  const actions = (
    <>
      {mayRotate && !hasEnded(token, at) && (
        <a class="button" href={`${place.list}/${token.id}/rotate`}>
          Make its successor
        </a>
      )}
      <a class="button danger" href={`${place.list}/${token.id}/delete`}>
        Delete
      </a>
    </>
  )
  return place.show(
    { title: token.label },
    <>
      <PageHead title={token.label} actions={actions}>
        <code>
          {token.prefix}…{token.lastFour}
        </code>
      </PageHead>
      <Facts
        facts={[
          ['Opens', opensText(token)],
          ...(token.kind !== 'reporting' && token.limits !== null
            ? ([['Limits', <LimitTags limits={token.limits} slugs={slugs} />]] as const)
            : []),
          [
            'Created',
            <>
              <Time at={token.createdAt} now={at} />
              {createdBy && ` by ${createdBy}`}
              {mintedBy && <span class="muted"> with the token “{mintedBy}”</span>}
            </>,
          ],
          ['Expires', <End token={token} now={at} />],
          ['Last used', <LastUse token={token} now={at} />],
          [
            'Used from',
            places.length > 0 ? places.join(', ') : <span class="muted">nowhere in {DAYS_SHOWN} days</span>,
          ],
        ]}
      />
      <section class="section">
        <h2>Use in the last {DAYS_SHOWN} days</h2>
        <UseBars uses={uses} today={Math.floor(at / DAY_MS)} />
      </section>
      <section class="section">
        <h2>Refused</h2>
        {refusals.length === 0 ? (
          <p class="muted">It was not refused anywhere, or so long ago that it is forgotten.</p>
        ) : (
          <Refusals refusals={refusals} now={at} />
        )}
      </section>
    </>,
  )
}

function opensText(token: Token): string {
  switch (token.kind) {
    case 'personal':
      return 'What its person may do, unless a limit says less'
    case 'project':
      return `${SCOPES[token.scope].name}: ${SCOPES[token.scope].opens}`
    case 'organization':
      return `${SCOPES[token.scope].name} of ${organizationSlugOf(token.organization)}: ${SCOPES[token.scope].opens}`
    case 'reporting':
      return 'Reports of one CI job'
  }
}

const WIDTH = 600
const HEIGHT = 60
/** Stretches of ten minutes. */
const SLOTS_A_DAY = 144

/** A bar for each day, as high as the share of its stretches of ten minutes in which the token was used. */
function UseBars({ uses, today }: { uses: readonly UseOfDay[]; today: number }) {
  const used = uses.filter(({ slots }) => slots > 0)
  const most = Math.max(1, ...used.map(({ slots }) => slots))
  const slot = WIDTH / DAYS_SHOWN
  const label =
    used.length === 0
      ? `Not used in ${DAYS_SHOWN} days`
      : `Used on ${used.length} of ${DAYS_SHOWN} days, at most ${hoursText(most)} of a day`
  return (
    <>
      <svg class="plot full" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <path class="plot-axis" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
        {used.map(({ day, slots }) => {
          const height = Math.max(3, (slots / most) * HEIGHT)
          const x = (day - today + DAYS_SHOWN - 1) * slot
          return (
            <g>
              <title>{`${new Date(day * DAY_MS).toISOString().slice(0, 10)}: in ${hoursText(slots)} of it`}</title>
              <rect class="plot-dot" x={x + 2} width={slot - 4} y={HEIGHT - height} height={height} />
            </g>
          )
        })}
      </svg>
      <p class="muted">{label}. Of each ten minutes the first use is noted.</p>
    </>
  )
}

function hoursText(slots: number): string {
  const minutes = Math.min(slots, SLOTS_A_DAY) * 10
  return minutes < 60 ? `${minutes} minutes` : `${Math.round(minutes / 6) / 10} hours`
}

const WHY: Partial<Record<Refusal['action'], string>> = {
  'token.refused_by_scope': 'It does not open that',
  'token.refused_by_network': 'From outside of its networks',
  'token.refused_expired': 'It had expired',
}

function Refusals({ refusals, now }: { refusals: readonly Refusal[]; now: number }) {
  const columns = [{ label: 'When' }, { label: 'Why' }, { label: 'From' }]
  const rows = refusals.map(({ at, action, detail, from }) => [
    <Time at={at} now={now} />,
    <>
      {WHY[action]}
      {detail?.permission && <span class="muted"> ({detail.permission})</span>}
    </>,
    from ?? <span class="muted">–</span>,
  ])
  return (
    <DataTable
      caption="Where the token was refused: of each minute and reason one is noted"
      columns={columns}
      rows={rows}
    />
  )
}
