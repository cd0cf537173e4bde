/** One answered request, as far as it is counted. `tokenId` is an id, never a secret. */
export type Counted = {
  readonly route: string
  readonly status: number
  /** Which tier proved the token; null where none was presented, or none held. */
  readonly tier: string | null
  readonly tokenId: string | null
}

/** What one isolate counted since it began: bounded, whatever is asked of it. */
export type RequestCounts = {
  readonly since: number
  readonly routes: Map<string, { requests: number; errors: number }>
  readonly statuses: Map<number, number>
  readonly tiers: Map<string, number>
  readonly tokens: Map<string, number>
  /** The last hour, one entry a minute that had a request, oldest first. */
  readonly minutes: { minute: number; requests: number; errors: number }[]
  /** The last minutes, by what was asked for and how it was answered. */
  readonly recent: { minute: number; groups: Map<string, RequestGroup> }[]
}

/** Requests that are alike. */
export type RequestGroup = { readonly route: string; readonly status: number; readonly tier: string; requests: number }

/** What "recent" means: long enough to see a share of errors, short enough to be current. */
export const RECENT_MINUTES = 5

const MINUTE_MS = 60_000
const MINUTES_KEPT = 60
/** Of more tokens the first ones seen are counted: this is a picture, not a bill. */
const MAX_TOKENS = 1_000

/** Whether an answer tells of a fault of the server: that it cannot do something at all (501) is none. */
export function isServerFault(status: number): boolean {
  return status >= 500 && status !== 501
}

export function createRequestCounts(now: number): RequestCounts {
  return {
    since: now,
    routes: new Map(),
    statuses: new Map(),
    tiers: new Map(),
    tokens: new Map(),
    minutes: [],
    recent: [],
  }
}

export function addRequest(counts: RequestCounts, { route, status, tier, tokenId }: Counted, now: number): void {
  const isError = isServerFault(status)
  const ofRoute = counts.routes.get(route)
  if (ofRoute) {
    ofRoute.requests += 1
    if (isError) ofRoute.errors += 1
  } else counts.routes.set(route, { requests: 1, errors: isError ? 1 : 0 })
  increment(counts.statuses, status)
  increment(counts.tiers, tier ?? 'none')
  if (tokenId !== null && (counts.tokens.size < MAX_TOKENS || counts.tokens.has(tokenId)))
    increment(counts.tokens, tokenId)
  const { minutes } = counts
  const minute = now - (now % MINUTE_MS)
  addRecent(counts, minute, { route, status, tier: tier ?? 'none' })
  const newest = minutes.at(-1)
  if (newest && newest.minute >= minute) {
    newest.requests += 1
    if (isError) newest.errors += 1
    return
  }
  minutes.push({ minute, requests: 1, errors: isError ? 1 : 0 })
  while ((minutes[0]?.minute ?? minute) <= minute - MINUTES_KEPT * MINUTE_MS) minutes.shift()
}

function addRecent({ recent }: RequestCounts, minute: number, group: Omit<RequestGroup, 'requests'>): void {
  let newest = recent.at(-1)
  if (!newest || newest.minute < minute) {
    newest = { minute, groups: new Map() }
    recent.push(newest)
    if (recent.length > RECENT_MINUTES + 1) recent.shift()
  }
  const key = `${group.status} ${group.tier} ${group.route}`
  const known = newest.groups.get(key)
  if (known) known.requests += 1
  else newest.groups.set(key, { ...group, requests: 1 })
}

/** The requests of the last minutes, whole ones and the one that runs. */
export function recentOf({ recent }: RequestCounts, now: number): readonly RequestGroup[] {
  return recent
    .filter(({ minute }) => minute > now - (RECENT_MINUTES + 1) * MINUTE_MS)
    .flatMap(({ groups }) => [...groups.values()])
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Requests by what they were, over a time: from one isolate, or from all of them. */
export type Traffic = {
  readonly since: number
  readonly until: number
  readonly requests: number
  /** Answers of 500 and more. */
  readonly errors: number
  readonly over_time: readonly { readonly at: number; readonly requests: number; readonly errors: number }[]
  readonly routes: readonly { readonly route: string; readonly requests: number; readonly errors: number }[]
  readonly statuses: readonly { readonly status: number; readonly requests: number }[]
  readonly tiers: readonly { readonly tier: string; readonly requests: number }[]
  readonly tokens: readonly { readonly id: string; readonly requests: number }[]
}

const TOP_TOKENS = 10

/** The counts as a picture: the most asked for first. */
export function trafficOf(counts: RequestCounts, now: number): Traffic {
  const routes = [...counts.routes].map(([route, count]) => ({ route, ...count })).sort(byRequests)
  return {
    since: counts.since,
    until: now,
    requests: routes.reduce((sum, { requests }) => sum + requests, 0),
    errors: routes.reduce((sum, { errors }) => sum + errors, 0),
    over_time: counts.minutes.map(({ minute, requests, errors }) => ({ at: minute, requests, errors })),
    routes,
    statuses: [...counts.statuses].map(([status, requests]) => ({ status, requests })).sort(byRequests),
    tiers: [...counts.tiers].map(([tier, requests]) => ({ tier, requests })).sort(byRequests),
    tokens: [...counts.tokens]
      .map(([id, requests]) => ({ id, requests }))
      .sort(byRequests)
      .slice(0, TOP_TOKENS),
  }
}

function byRequests(a: { requests: number }, b: { requests: number }): number {
  return b.requests - a.requests
}
