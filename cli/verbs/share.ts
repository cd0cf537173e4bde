import { type Command, InvalidArgumentError } from 'commander'
import { MAX_SHARE_DAYS, MAX_SHARE_USES, type SharedThing, shareEndProblem } from '../../src/domain/access/share.ts'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import { isId } from '../server/path.ts'
import type { Server } from '../server/server.ts'
import { answerOf, isObject, listOf } from '../terminal/answer.ts'
import { usageError } from '../terminal/exit.ts'
import { tableText } from '../terminal/output.ts'
import { requireReader, showSecret } from '../terminal/show-secret.ts'
import { type CommonOptions, countOption, filledOption, runVerb, withServer } from './common.ts'
import { parseEndTime } from './end-time.ts'

type ShareOptions = CommonOptions & {
  build?: number
  latest?: boolean
  branch?: string
  nodeIndex: number
  pack?: boolean
  report?: boolean
  expires?: Date
  uses?: number
  showName?: boolean
  label?: string
}

const MADE = { id: 'text', path: 'text', expires_at: 'time', link: 'address' } as const
const LISTED = {
  id: 'text',
  path: 'text',
  expires_at: 'time',
  uses: 'count',
  state: 'text',
  label: 'text or null',
} as const

export function addShare(program: Command): void {
  const share = program.command('share').enablePositionalOptions()
  withServer(share.description('make a link that opens one file or report for people without an account'))
    .argument('<path>', 'path of the file, report or pack; of one called list or end, ./list or ./end', filledOption)
    .option('--build <n>', 'of this build, and no other', countOption(1, 999_999_999))
    .option('--latest', 'of the newest build that has it, whenever the link is opened')
    .option('--branch <name>', 'of the newest: on this branch; else the project’s default branch', filledOption)
    .option('--node-index <n>', 'made by this node', countOption(0, 9_999), 0)
    .option('--report', 'the path is a report’s folder, or a file: the link shows it in the browser')
    .option('--pack', 'the path is a pack’s name: the link downloads its zip')
    .option('--expires <when>', `7d, 12h or 2027-01-31; at most ${MAX_SHARE_DAYS} days, else 7`, parseExpiry)
    .option('--uses <n>', 'how often at most', countOption(1, MAX_SHARE_USES))
    .option('--show-name', 'show its name on the link’s page, also to chat programs')
    .option('--label <text>', 'what it is for', filledOption)
    .action((path: string, options: ShareOptions) =>
      runVerb(options, async ({ server, output }) => {
        const { expires, uses, showName, label, nodeIndex } = options
        const of = ofBuild(options)
        requireReader('link')
        const answer = await askJson(server, {
          method: 'POST',
          path: sharesPath(server),
          json: {
            [thingOf(options)]: path.replace(/^\.\//, ''),
            node_index: nodeIndex,
            ...of,
            ...(expires ? { expires_at: expires.toISOString() } : {}),
            ...(uses === undefined ? {} : { max_uses: uses }),
            ...(showName ? { show_name: true } : {}),
            ...(label === undefined ? {} : { label }),
          },
          isIdempotent: false,
        })
        const made = answerOf(answer, MADE, 'a share link')
        output.note(`made share link ${made.id} to ${made.path}, ${endOf(made)}; it is not shown again:`)
        const undo = `buildpass share end ${made.id}`
        showSecret(output, made.link, { made: `share link ${made.id}`, what: 'address', json: answer, undo })
        return undefined
      }),
    )

  withServer(
    share.command('list').description('list share links, and how often each was used; never the links'),
  ).action((options: CommonOptions) =>
    runVerb(options, async ({ server, output }) => {
      const items = await listAll(server)
      const rows = listOf(items, LISTED, 'a list of share links').map((row) => [
        row.id,
        row.path,
        row.state === 'open' ? endOf(row) : row.state.replace('_', ' '),
        row.uses === 1 ? '1 use' : `${row.uses} uses`,
        row.label ?? '',
      ])
      output.result(rows.length > 0 ? tableText(rows) : 'no share links', items)
      return undefined
    }),
  )

  withServer(share.command('end').description('end a share link; it opens nothing from then on'))
    .argument('<id>', 'id of the share link, as listed', idArgument)
    .action((id: string, options: CommonOptions) =>
      runVerb(options, async ({ server, output }) => {
        const answer = await askJson(server, { method: 'DELETE', path: `${sharesPath(server)}/${id}` })
        answerOf(answer, { message: 'text' }, 'a word that it is ended')
        output.result(`ended share link ${id}`, answer)
        return undefined
      }),
    )
}

function sharesPath(server: Server): string {
  return `${projectPath(server)}/shares`
}

function thingOf({ pack, report }: ShareOptions): SharedThing['kind'] {
  if (pack && report) throw usageError('--pack and --report name two things, and a link opens one: say one.')
  if (pack) return 'pack'
  return report ? 'report' : 'path'
}

function ofBuild({ build, latest, branch }: ShareOptions) {
  const isLatest = latest === true || branch !== undefined
  if (build !== undefined && isLatest) throw usageError('--build names one build, and --latest the newest: say one.')
  if (build !== undefined) return { build }
  if (isLatest) return { latest: branch === undefined ? {} : { branch } }
  throw usageError('Which build?', 'Say --build 42, or --latest for the newest, whenever the link is opened.')
}

async function listAll(server: Server): Promise<readonly unknown[]> {
  const items: unknown[] = []
  let after: unknown = null
  do {
    const query = typeof after === 'string' ? `?${new URLSearchParams({ after })}` : ''
    const page = await askJson(server, { method: 'GET', path: `${sharesPath(server)}${query}` })
    const { items: some, next_after } = isObject(page) ? page : {}
    items.push(...listOf(some, LISTED, 'a list of share links'))
    after = Array.isArray(some) && some.length > 0 ? next_after : null
  } while (typeof after === 'string')
  return items
}

function endOf({ expires_at }: { readonly expires_at: string }): string {
  return `until ${expires_at.slice(0, 16).replace('T', ' ')} UTC`
}

function parseExpiry(text: string): Date {
  const expiry = parseEndTime(text)
  const problem = expiry ? shareEndProblem(expiry.getTime(), Date.now()) : 'must be like 7d, 12h or 2027-01-31'
  if (expiry && problem === null) return expiry
  throw new InvalidArgumentError(`It ${problem}.`)
}

/** Arguments are seen by everybody on the machine, and by the shell's history. */
function idArgument(text: string): string {
  if (/bps_/.test(text))
    throw new InvalidArgumentError('Give the id, as `buildpass share list` shows it, not the link.')
  if (text !== '' && !isId(text))
    throw new InvalidArgumentError('That is no id of a share link: `buildpass share list` shows them.')
  return filledOption(text)
}
