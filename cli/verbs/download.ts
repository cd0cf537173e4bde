import { type Command, Option } from 'commander'
import picomatch from 'picomatch'
import { BUILD_FILTERS } from '../../src/domain/builds/build.ts'
import { type ListedArtifact, listArtifacts } from '../files/artifact-list.ts'
import { downloadAll } from '../files/download-all.ts'
import { apartText, collisionsOf, localSegments, nameRulesOf } from '../files/local-path.ts'
import { patternProblem } from '../files/pattern.ts'
import type { Server } from '../server/server.ts'
import { CliError, usageError } from '../terminal/exit.ts'
import { settle, shortfallText } from '../terminal/outcome.ts'
import { countText, sizeText } from '../terminal/output.ts'
import { type CommonOptions, countOption, filledOption, filledWords, runVerb, withServer } from './common.ts'

type DownloadOptions = CommonOptions & {
  build?: number
  filter: string
  job?: string
  workflow?: string
  branch?: string
  to: string
  flat?: boolean
  pack: boolean
  parallel: number
}

export function addDownload(program: Command): void {
  withServer(program.command('download').description('download artifacts, each checked against its digest'))
    .argument('[glob...]', 'artifact paths or patterns like release/*.tar; all when none is given', filledWords)
    .option('--build <n>', 'number of the build; else the newest that has artifacts', countOption(1, 999_999_999))
    .option('--branch <name>', 'of the newest: on this branch; else the project’s default branch', filledOption)
    .addOption(new Option('--filter <which>', 'of the newest').choices(BUILD_FILTERS).default('successful'))
    .option('--job <name>', 'of the newest: of the job of this name', filledOption)
    .option('--workflow <name>', 'of the newest: of the workflow of this name', filledOption)
    .option('--node-index <n>', 'only what this node made', countOption(0, 9_999))
    .option('--to <folder>', 'where to put them', filledOption, '.')
    .option('--flat', 'without the folders of their paths')
    .option('--no-pack', 'fetch each file by itself, also where there are many in one zip')
    .option('--parallel <n>', 'files at once', countOption(1, 32), 4)
    .action((globs: string[], options: DownloadOptions) =>
      runVerb(options, async ({ server, output }) => {
        const { num, artifacts } = await listChosen(server, options)
        const { chosen, unmatched } = choose(artifacts, globs, num, options.nodeIndex)
        const { places, collisions } = placesOf(chosen, options)
        const { to, parallel, pack: isPacked } = options
        const moved = await downloadAll(server, places, { num, to, parallel, isPacked }, output)
        const { done: files } = moved
        const failures = [...unmatched, ...collisions, ...moved.failures]
        const bytes = files.reduce((sum, { size }) => sum + size, 0)
        if (files.length === 0 && unmatched.length === failures.length && failures.length > 0)
          return settle('', { build_num: num, files }, failures, output)
        const line = `${countText(files.length)} (${sizeText(bytes)}) of build ${num} of ${server.slug}${shortfallText({ done: files, failures, leftOut: [] })}`
        return settle(line, { build_num: num, files }, failures, output)
      }),
    )
}

async function listChosen(server: Server, options: DownloadOptions) {
  const { build, branch, filter, job, workflow } = options
  if (build !== undefined) return listArtifacts(server, `builds/${build}/artifacts`)
  const named = Object.entries({ branch, filter, job, workflow }).filter((entry): entry is [string, string] =>
    Boolean(entry[1]),
  )
  return listArtifacts(server, `latest/artifacts?${new URLSearchParams(named)}`).catch((error) => {
    if (!(error instanceof CliError) || error.code !== 'build_not_found') throw error
    const where = branch ? ` on ${branch}` : ''
    throw new CliError('not_found', `No ${filter} build with artifacts${where} of ${server.slug}.`, {
      hint: 'Choose another with --branch, --filter or --build.',
      status: 404,
    })
  })
}

function choose(
  artifacts: readonly ListedArtifact[],
  globs: readonly string[],
  num: number,
  nodeIndex: number | undefined,
): { readonly chosen: readonly ListedArtifact[]; readonly unmatched: readonly CliError[] } {
  const ofNode = artifacts.filter((artifact) => nodeIndex === undefined || artifact.nodeIndex === nodeIndex)
  if (globs.length === 0 && ofNode.length === 0) throw new CliError('not_found', `Build ${num} has no artifacts.`)
  if (globs.length === 0) return { chosen: ofNode, unmatched: [] }
  const chosen = new Set<ListedArtifact>()
  const unmatched: CliError[] = []
  for (const glob of globs) {
    const tooLong = patternProblem(glob)
    if (tooLong) {
      unmatched.push(tooLong)
      continue
    }
    const matches = picomatch(glob, { dot: true })
    // A path that looks like a pattern is meant as it is.
    const meant = ofNode.filter(({ path }) => path === glob || matches(path))
    for (const artifact of meant) chosen.add(artifact)
    if (meant.length > 0) continue
    const hint = ofNode.length > 0 ? `It has ${examplesOf(ofNode)}.` : 'It has none.'
    unmatched.push(new CliError('not_found', `"${glob}" matches no artifact of build ${num}.`, { hint }))
  }
  return { chosen: ofNode.filter((artifact) => chosen.has(artifact)), unmatched }
}

function examplesOf(artifacts: readonly ListedArtifact[]): string {
  const shown = artifacts.slice(0, 5).map(({ path }) => path)
  return `${shown.join(', ')}${artifacts.length > shown.length ? ` and ${artifacts.length - shown.length} more` : ''}`
}

function placesOf(artifacts: readonly ListedArtifact[], { flat }: DownloadOptions) {
  const hasNodes = new Set(artifacts.map(({ nodeIndex }) => nodeIndex)).size > 1
  const places = artifacts.map((artifact) => {
    const segments = localSegments(artifact.path)
    const inside = flat ? segments.slice(-1) : segments
    return { artifact, path: artifact.path, segments: hasNodes ? [`node-${artifact.nodeIndex}`, ...inside] : inside }
  })
  const pairs = collisionsOf(places, nameRulesOf(process.platform))
  // Neither of the two is better than the other; the rest is fetched.
  const inTheWay = new Set(pairs.flat())
  const collisions = pairs.map((pair) =>
    usageError(
      `${apartText(pair)} cannot both be put here.`,
      'Name the one that you want, use another --to for each, or leave out --flat.',
    ),
  )
  return { places: places.filter((place) => !inTheWay.has(place)), collisions }
}
