import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { wordTable } from '../../../domain/formats/word-table.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { checkReadiness } from '../../../storage/upkeep/readiness.ts'
import type { Readiness } from '../../../storage/upkeep/readiness-memory.ts'
import { listTokenLabels, type TokenLabel } from '../../../storage/upkeep/traffic.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { queryCount } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { findTraffic, type InstanceTraffic } from '../../instance/traffic.ts'
import { durationText } from '../data/measures.ts'
import { page } from '../frame/page.ts'
import { DataTable, PageHead, Time } from '../parts/parts.tsx'
import { percentText } from '../parts/percent-text.ts'
import { instancePage, TRAFFIC_PATH } from './instance-layout.tsx'
import { RequestBars, ShareBar } from './traffic-plots.tsx'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const MAX_ROUTES = 15
const SIZE = { width: 720, height: 96 }

const TIMES: readonly { readonly hours: number; readonly text: string; readonly per: string }[] = [
  { hours: 1, text: 'Hour', per: 'a minute' },
  { hours: 24, text: 'Day', per: 'in 24 minutes' },
  { hours: 168, text: 'Week', per: 'in 2 h 48 min' },
  { hours: 720, text: 'Month', per: 'in 12 hours' },
]
const LAST_HOUR = TIMES[0]

/** Which tier proved a request's token. */
const TIERS = wordTable<string>({
  memory: 'Memory of the isolate',
  cache: 'Cache of the data centre',
  kv: 'KV',
  d1: 'D1',
  grace: 'Memory, while D1 could not be reached',
  none: 'No token, or none that holds',
})

/** Instance → Traffic: what is asked, how it is answered, and how the stores are. */
export function mountTrafficPage(app: App): void {
  page(app, 'GET /instance/traffic', async (c, { viewer }) => {
    const hours = queryCount(c, 'hours', { min: 1, max: 720, fallback: 24 })
    const [traffic, readiness] = await Promise.all([findTraffic(c, hours), checkReadiness(c.env.stores)])
    const labels = await listTokenLabels(
      c.env.stores.db,
      traffic.tokens.map(({ id }) => id),
    )
    return trafficPage(c, viewer, { hours, traffic, readiness, labels })
  })
}

type Shown = {
  readonly hours: number
  readonly traffic: InstanceTraffic
  readonly readiness: Readiness
  readonly labels: readonly TokenLabel[]
}

function trafficPage(c: Context<AppEnv>, viewer: Viewer, { hours, traffic, readiness, labels }: Shown) {
  const isAll = traffic.source === 'analytics_engine'
  const mostOf = (rows: readonly { requests: number }[]) => Math.max(1, ...rows.map(({ requests }) => requests))
  const rowOf = (name: Child, requests: number, most: number) => [
    name,
    requests.toLocaleString('en-US'),
    <ShareBar share={requests / most} />,
  ]
  const { tiers, tokens } = traffic
  const routes = traffic.routes.slice(0, MAX_ROUTES)
  return instancePage(
    c,
    viewer,
    { title: 'Traffic', here: TRAFFIC_PATH },
    <>
      <PageHead title="Traffic" actions={isAll && <Times chosen={hours} />}>
        {isAll
          ? traffic.explanation
          : 'What this one isolate answered since it started. Others, also in other places, count for themselves.'}
      </PageHead>
      {!isAll && <SetUp isConfigured={c.env.settings.analytics !== null} />}
      <Facts traffic={traffic} readiness={readiness} />
      <OverTime traffic={traffic} hours={hours} />
      <Ranking title="How tokens were verified" note="A warm token is proved from memory, without asking D1.">
        <DataTable
          caption="Requests by tier"
          columns={columnsFor('Proved by')}
          rows={tiers.map(({ tier, requests }) => rowOf(TIERS.get(tier) ?? tier, requests, mostOf(tiers)))}
        />
      </Ranking>
      <Ranking title="Top tokens" note="Those with which most was asked.">
        {tokens.length > 0 ? (
          <DataTable
            caption="Requests by token"
            columns={columnsFor('Token')}
            rows={tokens.map(({ id, requests }) =>
              rowOf(<TokenName token={labels.find((token) => token.id === id)} />, requests, mostOf(tokens)),
            )}
          />
        ) : (
          <p class="muted">No token was used yet.</p>
        )}
      </Ranking>
      <Ranking title="Routes" note={`The ${MAX_ROUTES} that were asked most.`}>
        <DataTable
          caption="Requests by route"
          columns={columnsFor('Route')}
          rows={routes.map(({ route, requests, errors }) =>
            rowOf(
              <>
                <code>{route}</code>
                {errors > 0 && <span class="tag bad">{errors.toLocaleString('en-US')} failed</span>}
              </>,
              requests,
              mostOf(routes),
            ),
          )}
        />
      </Ranking>
    </>,
  )
}

function columnsFor(label: string) {
  return [{ label }, { label: 'Requests', class: 'number' }, { label: 'Share', class: 'plot-cell', unlabelled: true }]
}

function Times({ chosen }: { chosen: number }) {
  return (
    <nav class="actions" aria-label="Time">
      {TIMES.map(({ hours, text }) => (
        <a
          class="button small"
          href={`${TRAFFIC_PATH}?hours=${hours}`}
          aria-current={hours === chosen ? 'page' : undefined}
        >
          {text}
        </a>
      ))}
    </nav>
  )
}

function SetUp({ isConfigured }: { isConfigured: boolean }) {
  if (isConfigured)
    return (
      <p class="callout bad">
        Analytics Engine did not answer just now, so its numbers are missing. The log says why (
        <code>analytics_unreadable</code>).
      </p>
    )
  return (
    <div class="callout">
      <h2>To see all requests, from everywhere</h2>
      <ol class="bullets">
        <li>
          Leave the Analytics Engine binding <code>REQUESTS</code> in <code>wrangler.toml</code>.
        </li>
        <li>
          Set <code>ANALYTICS_ACCOUNT_ID</code> to the id of your Cloudflare account.
        </li>
        <li>
          Make an API token there with <em>Account Analytics: Read</em>, and put it into the secret{' '}
          <code>ANALYTICS_API_TOKEN</code>.
        </li>
        <li>
          Run <code>npm run deploy</code>.
        </li>
      </ol>
    </div>
  )
}

function Facts({ traffic, readiness }: { traffic: InstanceTraffic; readiness: Readiness }) {
  const { requests, errors, since, until } = traffic
  const seconds = Math.max(1, (until - since) / 1000)
  const stores = Object.entries(readiness.checks)
  const failed = stores.filter(([, { state }]) => state === 'failed')
  const { feedAgeMs } = readiness
  return (
    <dl class="row facts">
      <Fact
        name="Requests"
        value={requests.toLocaleString('en-US')}
        note={`${rateText(requests / seconds)} a second`}
      />
      <Fact
        name="Failed (5xx)"
        value={errors.toLocaleString('en-US')}
        note={errors > 0 ? percentText(errors / requests) : ''}
      />
      <Fact
        name="Revocation feed read"
        value={feedAgeMs === null ? 'Not yet' : `${durationText(feedAgeMs)} ago`}
        note=""
      />
      <Fact
        name="Stores"
        value={failed.length === 0 ? 'All answer' : `${failed.map(([name]) => name.toUpperCase()).join(', ')} failed`}
        note={stores.map(([name, { ms }]) => `${name.toUpperCase()} ${durationText(ms)}`).join(' · ')}
      />
    </dl>
  )
}

function Fact({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd>
        <span class="trend-value">{value}</span> <span class="muted">{note}</span>
      </dd>
    </div>
  )
}

function OverTime({ traffic, hours }: { traffic: InstanceTraffic; hours: number }) {
  const isAll = traffic.source === 'analytics_engine'
  const stepMs = isAll ? hours * MINUTE_MS : MINUTE_MS
  // Whole steps, so that the one under way is as wide as the others. An isolate keeps the minutes of one hour.
  const until = Math.ceil(traffic.until / stepMs) * stepMs
  const from = until - (isAll ? hours * HOUR_MS : HOUR_MS)
  const time = isAll ? TIMES.find((time) => time.hours === hours) : LAST_HOUR
  const per = time?.per ?? `in ${hours} minutes`
  return (
    <section class="section">
      <h2>Requests {per}</h2>
      <p>
        {isAll ? 'Newest at the right.' : 'Of the last hour, newest at the right.'} Hollow bars are answers of 500 and
        more.
      </p>
      <div class="card card-body">
        <RequestBars steps={traffic.over_time} from={from} until={until} stepMs={stepMs} size={SIZE} per={per} />
        <p class="row list-head small-text muted">
          <Time at={from} now={traffic.until} />
          <span>
            at most {Math.max(0, ...traffic.over_time.map(({ requests }) => requests)).toLocaleString('en-US')}
          </span>
          <span>now</span>
        </p>
      </div>
    </section>
  )
}

function Ranking({ title, note, children }: { title: string; note: string; children?: Child }) {
  return (
    <section class="section">
      <h2>{title}</h2>
      <p>{note}</p>
      {children}
    </section>
  )
}

function TokenName({ token }: { token: TokenLabel | undefined }) {
  if (!token) return <span class="muted">a token that has ended</span>
  const { kind, label, project } = token
  return (
    <>
      <strong>{label}</strong>
      <span class="muted">{project ?? `${kind} token`}</span>
    </>
  )
}

function rateText(perSecond: number): string {
  return perSecond >= 10 ? Math.round(perSecond).toLocaleString('en-US') : perSecond.toFixed(perSecond < 0.1 ? 3 : 1)
}
