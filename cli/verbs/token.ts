import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseSecret } from '../../src/domain/access/secret.ts'
import { MAX_OVERLAP_SECONDS } from '../../src/domain/access/token.ts'
import { DAY_MS } from '../../src/domain/day.ts'
import { type Organization, organizationSlugOf, parseOrganization } from '../../src/domain/organization.ts'
import { askJson } from '../server/http.ts'
import { requireSlug } from '../server/open-server.ts'
import { isId } from '../server/path.ts'
import { readSecretFromStdin } from '../server/read-secret.ts'
import type { Server } from '../server/server.ts'
import { answerOf, isObject, listOf, type Shaped } from '../terminal/answer.ts'
import { usageError } from '../terminal/exit.ts'
import { type Output, tableText } from '../terminal/output.ts'
import { requireReader, showSecret } from '../terminal/show-secret.ts'
import { type CommonOptions, filledOption, runVerb, withServer } from './common.ts'
import { parseEndTime, secondsIn } from './end-time.ts'

type TokenOptions = CommonOptions & {
  personal?: boolean
  organization?: Organization
  label?: string
  scope?: string
  expires?: Expiry
  access?: string
  reach?: readonly string[]
  only?: string
  branch?: readonly string[]
  path?: readonly string[]
  cidr?: readonly string[]
  notBefore?: Date
  overlap?: number
}
/** No `null`: of a parser, commander takes that for an empty text. */
type Expiry = Date | 'never'

const MADE = { id: 'text', label: 'text', expires_at: 'text or null', token: 'text' } as const
const LISTED = {
  id: 'text',
  label: 'text',
  prefix: 'text',
  last_four: 'text',
  expires_at: 'text or null',
  last_used_at: 'text or null',
} as const

/** The server gives no more of a list at once. */
const MOST_LISTED = 1_000

export function addToken(program: Command): void {
  const token = program.command('token').description('make, list, rotate and delete API tokens')
  const verb = (name: string, description: string) =>
    withServer(token.command(name).description(description))
      .option('--personal', 'your own tokens, instead of those of a project')
      .option('--organization <slug>', 'your tokens for all you administer of gh/acme, instead', parseOrg)

  verb('create', 'make a token; its secret is printed once, alone on stdout')
    .requiredOption('--label <text>', 'what it is for', filledOption)
    .addOption(new Option('--scope <scope>', 'what a project token opens').choices(['status', 'view-builds', 'all']))
    .option('--expires <when>', '90d, 12h, 2027-01-31, or never; tokens of yours else live for a year', parseExpiry)
    .addOption(new Option('--access <level>', 'limits a personal token').choices(['read', 'write', 'admin']))
    .option('--reach <slug>', 'limits a personal token to a project; may be repeated', addNamed)
    .addOption(new Option('--only <what>', 'limits a token of scope status: for a public README').choices(['badges']))
    .option('--branch <pattern>', 'limits a project token to main or release/*; may be repeated', addNamed)
    .option('--path <pattern>', 'limits a project token to the artifacts dist/** or *.xml; may be repeated', addNamed)
    .option('--cidr <network>', 'limits a token to 10.0.0.0/8 or 2001:db8::/32; may be repeated', addNamed)
    .option('--not-before <day>', 'the token works from then on: 2027-01-31 (0:00 UTC), or 12h from now', parseBegin)
    .action((options: TokenOptions) =>
      runVerb(options, async ({ server, output }) => {
        const { label, personal, organization, scope, access, only } = options
        if (personal && organization) throw usageError('--personal, --organization: only one of them.')
        if (!personal && !scope)
          throw usageError('Which scope?', 'Say --scope status, view-builds or all; or --personal.')
        if (personal && scope) throw usageError('--scope: a personal token has none, it opens what you can reach.')
        if (access && !personal) throw usageError('--access: only a personal token has it; a project token only reads.')
        if (options.reach && !personal)
          throw usageError('--reach: only a personal token has it; a project token has its one project.')
        if ((options.branch || options.path) && personal)
          throw usageError('--branch, --path: only a project token has them.')
        if (options.path && scope === 'status') throw usageError('--path: wants --scope view-builds or all.')
        if (only && scope !== 'status') throw usageError('--only badges: wants --scope status.')
        const limits = limitsOf(options)
        const expires = options.expires ?? (personal || organization ? inDays(365) : 'never')
        requireReader('token’s secret')
        const answer = await askJson(server, {
          method: 'POST',
          path: pathOf(server, options),
          json: {
            ...{ label, ...(scope ? { scope } : {}) },
            expires_at: expires === 'never' ? null : expires.toISOString(),
            ...(limits ? { limits } : {}),
          },
          isIdempotent: false,
        })
        const made = answerOf(answer, MADE, 'a token')
        output.note(`made token ${made.id} (${made.label}), ${expiryOf(made)}; the secret is not shown again:`)
        show(output, made, options)
        return undefined
      }),
    )

  verb('list', 'list tokens; never their secrets').action((options: TokenOptions) =>
    runVerb(options, async ({ server, output }) => {
      const tokens = await askJson(server, { method: 'GET', path: pathOf(server, options) })
      const rows = listOf(tokens, LISTED, 'a list of tokens').map((row) => [
        row.id,
        kindOf(row),
        `${row.prefix}…${row.last_four}`,
        expiryOf(row),
        row.last_used_at ? `last used ${row.last_used_at.slice(0, 10)}` : 'never used',
        row.label,
      ])
      output.result(rows.length > 0 ? tableText(rows) : 'no tokens', tokens)
      if (rows.length >= MOST_LISTED) output.warn(`there may be more: only the oldest ${MOST_LISTED} are listed`)
      return undefined
    }),
  )

  verb('rotate', 'make a token’s successor; the old one goes on for a while')
    .argument('<id>', 'id of the token, as listed', idArgument)
    .option('--overlap <time>', 'how long the old one goes on: 0, 30m, 24h, 7d (at most 30d)', parseOverlap)
    .action((id: string, options: TokenOptions) =>
      runVerb(options, async ({ server, output }) => {
        requireReader('token’s secret')
        const answer = await askJson(server, {
          method: 'POST',
          path: `${pathOf(server, options)}/${encodeURIComponent(id)}/rotate`,
          json: options.overlap === undefined ? {} : { overlap_seconds: options.overlap },
          isIdempotent: false,
        })
        const made = answerOf(answer, MADE, 'a token')
        output.note(`made token ${made.id} (${made.label}) in place of ${id}; the secret is not shown again:`)
        show(output, made, options)
        return undefined
      }),
    )

  verb('delete', 'delete a token; it is refused everywhere within 10 seconds')
    .argument('<id>', 'id of the token, as listed; "-" reads the secret of a found one from stdin', idArgument)
    .action((id: string, options: TokenOptions) =>
      runVerb(options, async ({ server, output }) => {
        const named = id === '-' ? await readSecretFromStdin('Secret of the token to delete: ') : id
        const path = `${pathOf(server, options)}/${encodeURIComponent(named)}`
        const answer = await askJson(server, { method: 'DELETE', path })
        answerOf(answer, { message: 'text' }, 'a word that it is deleted')
        output.result(`deleted ${id === '-' ? 'the token' : id}`, answer)
        return undefined
      }),
    )
}

/** What the token is to open less; null where nothing is said, so that a server that knows no limits need not. */
function limitsOf({ access, reach, only, branch, path, cidr, notBefore }: TokenOptions): object | null {
  const limits = {
    ...(access ? { access } : {}),
    ...(reach ? { projects: reach } : {}),
    ...(only ? { only } : {}),
    ...(branch ? { branches: branch } : {}),
    ...(path ? { paths: path } : {}),
    ...(cidr ? { cidrs: cidr } : {}),
    ...(notBefore ? { not_before: notBefore.toISOString() } : {}),
  }
  return Object.keys(limits).length > 0 ? limits : null
}

/** The scope of a listed token, and which limits it has. */
function kindOf(row: object): string {
  const { scope = 'personal', limits } = row as { readonly scope?: string; readonly limits?: unknown }
  const named = isObject(limits)
    ? Object.entries(limits).map(([name, value]) =>
        typeof value === 'string' && name !== 'not_before' ? `${name}: ${value}` : name,
      )
    : []
  return [scope, ...named].join(', ')
}

function addNamed(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, filledOption(text)]
}

function parseBegin(text: string): Date {
  const begin = parseEndTime(text)
  if (begin !== null) return begin
  throw new InvalidArgumentError('It must be like 2027-01-31 or 12h.')
}

function show(output: Output, made: Shaped<typeof MADE>, { personal, organization }: TokenOptions): void {
  const whose = organization ? `--organization ${organizationSlugOf(organization)} ` : personal ? '--personal ' : ''
  const undo = `buildpass token delete ${whose}${made.id}`
  showSecret(output, made.token, { made: `token ${made.id}`, what: 'secret', json: made, undo })
}

function parseOrg(text: string): Organization {
  const organization = parseOrganization(text)
  if (organization) return organization
  throw new InvalidArgumentError('It must be like gh/acme.')
}

function pathOf({ slug }: Server, { personal, organization }: TokenOptions): string {
  if (organization) return `/api/buildpass/v1/orgs/${organization.vcs}/${encodeURIComponent(organization.org)}/tokens`
  return personal ? '/api/v1.1/user/token' : `/api/v1.1/project/${requireSlug(slug)}/token`
}

function expiryOf({ expires_at }: { readonly expires_at: string | null }): string {
  return expires_at ? `expires ${expires_at.slice(0, 10)}` : 'no expiry'
}

/** Arguments are seen by everybody on the machine, and by the shell's history. */
function idArgument(text: string): string {
  if (parseSecret(text) || /^bp[uprs]_/.test(text))
    throw new InvalidArgumentError(
      'Never write a secret on the command line: give the id, or "-" and the secret on stdin.',
    )
  if (text !== '-' && text !== '' && !isId(text))
    throw new InvalidArgumentError('That is no id of a token: give one as `buildpass token list` shows it.')
  return filledOption(text)
}

function parseOverlap(text: string): number {
  const seconds = secondsIn(text)
  if (seconds !== null && seconds <= MAX_OVERLAP_SECONDS) return seconds
  throw new InvalidArgumentError('It must be like 0, 90s, 30m, 24h or 7d, and at most 30d.')
}

function parseExpiry(text: string): Expiry {
  const expiry = text === 'never' ? text : parseEndTime(text)
  if (expiry !== null) return expiry
  throw new InvalidArgumentError('It must be like 90d, 12h, 2027-01-31 or never.')
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * DAY_MS)
}
