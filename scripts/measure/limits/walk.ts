import { startBenchServer } from '../../../bench/miniflare.ts'
import { type Ask, type AskedLimits, type Expected, expectedOf, type SoakToken } from './expected.ts'
import { BRANCHES, type LimitsWorld, PATHS, PROJECTS, reportOf, seedLimitsWorld, send, textOf } from './limits-world.ts'

export type WalkStats = {
  readonly tokens: number
  readonly ended: number
  readonly answers: Readonly<Record<string, number>>
  /** How many asks each limit, or kind of token, was in. */
  readonly asked: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
}

const ADDRESSES = ['192.0.2.7', '198.51.100.9', '2001:db8::5', '2001:db8:1::1']
const NETWORKS = ['192.0.2.0/24', '198.51.100.9/32', '2001:db8::/48', '2001:db8::/32', '10.0.0.0/8']
const BRANCH_PATTERNS = ['main', 'release/*', 'release/**', '*', 'dev', 'mai*', 'elsewhere']
const PATH_PATTERNS = ['out/**', 'out/*', '*.xml', 'd.xml', 'logs/*', 'none']
const WHATS = ['badge', 'builds', 'tree', 'build', 'artifacts', 'artifact', 'report', 'settings', 'me'] as const
const HELD = 60
const AT_ONCE = 16
// The clocks of the server and of the walk are one, but an answer takes its time.
const NEAR_MS = 400

/** Makes tokens with any limits and asks with them, on the whole Worker in workerd, for so long or until ten answers were wrong. */
export async function walkLimits(random: () => number, forMs: number): Promise<WalkStats> {
  const server = await startBenchServer('<svg/>')
  try {
    const world = await seedLimitsWorld(server)
    return await walk(world, random, performance.now() + forMs)
  } finally {
    await server.stop()
  }
}

const MOST_WRONG = 10

async function walk(world: LimitsWorld, random: () => number, until: number): Promise<WalkStats> {
  const held: SoakToken[] = []
  const stats = {
    ...{ tokens: 0, ended: 0, wrong: [] as string[] },
    ...{ answers: {} as Record<string, number>, asked: {} as Record<string, number> },
  }
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  while (performance.now() < until && stats.wrong.length < MOST_WRONG) {
    held.push(await mint(world, wishOf(one, random)))
    stats.tokens += 1
    if (held.length > HELD || random() < 0.2) {
      await end(world, one(held.filter(({ ended }) => !ended)))
      stats.ended += 1
    }
    if (held.length > HELD)
      held.splice(
        held.findIndex(({ ended }) => ended),
        1,
      )
    const asks = Array.from({ length: AT_ONCE }, async () => {
      const token = random() < 0.05 ? null : one(held)
      const ask: Ask = { what: one(WHATS), project: one(PROJECTS), branch: one(BRANCHES), path: one(PATHS) }
      const from = one(ADDRESSES)
      const wrong = await problemWith(world, token, ask, from)
      const words = token ? [token.kind, ...Object.keys(token.limits)] : ['no token']
      for (const word of words) stats.asked[word] = (stats.asked[word] ?? 0) + 1
      if (typeof wrong === 'number') stats.answers[wrong] = (stats.answers[wrong] ?? 0) + 1
      else if (wrong !== null) stats.wrong.push(wrong)
    })
    await Promise.all(asks)
  }
  return stats
}

type Wish = Pick<SoakToken, 'kind' | 'project' | 'scope' | 'limits'>

function wishOf(one: <T>(list: readonly T[]) => T, random: () => number): Wish {
  const kind = one(['personal', 'project', 'project', 'organization'] as const)
  const scope = one(['status', 'view-builds', 'all'] as const)
  const some = (list: readonly string[]) => [...new Set([one(list), one(list)])]
  const limits: AskedLimits = {}
  const maybe = (set: () => void) => {
    if (random() < 0.35) set()
  }
  if (kind === 'personal') {
    maybe(() => {
      limits.access = one(['read', 'write', 'admin'] as const)
    })
    maybe(() => {
      limits.projects = [...new Set([one(PROJECTS), one(PROJECTS)])]
    })
  } else {
    if (scope === 'status')
      maybe(() => {
        limits.only = 'badges'
      })
    else
      maybe(() => {
        limits.paths = some(PATH_PATTERNS)
      })
    maybe(() => {
      limits.branches = some(BRANCH_PATTERNS)
    })
  }
  maybe(() => {
    limits.cidrs = some(NETWORKS)
  })
  if (random() < 0.15) limits.not_before = new Date(Date.now() + 1_000 + random() * 4_000).toISOString()
  return { kind, scope, limits, project: one(PROJECTS) }
}

function placeOf({ kind, project }: Pick<SoakToken, 'kind' | 'project'>): string {
  if (kind === 'personal') return '/api/v1.1/user/token'
  return kind === 'project' ? `/api/v1.1/project/${project}/token` : '/api/buildpass/v1/orgs/gh/acme/tokens'
}

async function mint({ origin, owner }: LimitsWorld, wish: Wish): Promise<SoakToken> {
  const { kind, scope, limits } = wish
  const some = Object.keys(limits).length > 0 ? { limits } : {}
  const json = { label: 'soak', ...(kind === 'personal' ? {} : { scope }), ...some }
  const { status, text } = await send(origin, placeOf(wish), { token: owner, json })
  if (status !== 201) throw new Error(`no token was made of ${JSON.stringify(wish)}: ${status} ${text}`)
  const { id, token } = JSON.parse(text)
  return { ...wish, id, secret: token, ended: false }
}

async function end({ origin, owner }: LimitsWorld, token: SoakToken): Promise<void> {
  const { status, text } = await send(origin, `${placeOf(token)}/${token.id}`, { token: owner, method: 'DELETE' })
  if (status !== 200) throw new Error(`a token was not ended: ${status} ${text}`)
  token.ended = true
}

/** What is wrong with the answer; the status where it is right, and null where either of two would be. */
async function problemWith(
  world: LimitsWorld,
  token: SoakToken | null,
  ask: Ask,
  from: string,
): Promise<string | number | null> {
  const askedAt = Date.now()
  const { path, json } = requestOf(world, ask)
  const { status, text } = await send(world.origin, path, { token: token?.secret ?? null, json }, from)
  const [before, after] = [askedAt - NEAR_MS, Date.now() + NEAR_MS].map((now) => expectedOf(token, ask, { from, now }))
  if (!before || !after || before.status !== after.status) return null
  if (status === before.status && isWhole(text, ask, before)) return status
  const { secret: _, ...shown } = token ?? { secret: '' }
  return `${status} in place of ${JSON.stringify(before)}: ${path} from ${from} by ${JSON.stringify(shown)}: ${text.slice(0, 300)}`
}

function requestOf({ builds }: LimitsWorld, { what, project, branch, path }: Ask): { path: string; json?: unknown } {
  const v1 = `/api/v1.1/project/${project}`
  const num = builds.get(branch)
  switch (what) {
    case 'badge':
      return { path: `/${project}/tree/${encodeURIComponent(branch)}.json` }
    case 'builds':
      return { path: v1 }
    case 'tree':
      return { path: `${v1}/tree/${encodeURIComponent(branch)}` }
    case 'build':
      return { path: `${v1}/${num}` }
    case 'artifacts':
      return { path: `${v1}/${num}/artifacts` }
    case 'artifact':
      return { path: `${v1}/${num}/artifacts/0/${path}` }
    case 'report':
      return { path: `/api/buildpass/v1/projects/${project}/builds`, json: reportOf(branch) }
    case 'settings':
      return { path: `${v1}/token` }
    case 'me':
      return { path: '/api/v1.1/me' }
  }
}

/** Whether a list holds what it must, and a file is the one that was asked for. */
function isWhole(text: string, { what, branch, path }: Ask, { status, items }: Expected): boolean {
  if (what === 'artifact' && status === 200) return text === textOf(branch, path)
  if (!items) return true
  const rows: { branch: string; path: string }[] = JSON.parse(text)
  const found = rows.map((row) => (what === 'builds' ? row.branch : row.path))
  return found.toSorted().join('\n') === [...items].sort().join('\n')
}

export function walkText({ tokens, ended, answers, asked, wrong }: WalkStats): string {
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([word, count]) => `${count} ${word}`)
      .join(', ')
  return [
    `limits on the whole Worker: ${tokens} tokens made, ${ended} ended; right answers: ${counts(answers)}; wrong: ${wrong.length}`,
    `asked with: ${counts(asked)}`,
    ...wrong,
  ].join('\n')
}
