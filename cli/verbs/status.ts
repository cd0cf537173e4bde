import type { Command } from 'commander'
import { askJson } from '../server/http.ts'
import { projectPath, requireSlug } from '../server/open-server.ts'
import { answerOf, listOf, type Shaped } from '../terminal/answer.ts'
import { EXIT } from '../terminal/exit.ts'
import { tableText } from '../terminal/output.ts'
import { type CommonOptions, countOption, filledOption, runVerb, withServer } from './common.ts'

type StatusOptions = CommonOptions & { limit: number; exitStatus?: boolean }

/** What we read of a build in CircleCI's v1.1 shape. */
const BUILD = { build_num: 'count', status: 'text', build_url: 'text', queued_at: 'text or null' } as const
type BuildRow = Shaped<typeof BUILD> & { readonly workflow: Shaped<typeof WORKFLOW> }
const WORKFLOW = { job_name: 'text', workflow_name: 'text' } as const

export function addStatus(program: Command): void {
  withServer(program.command('status').description('show the status of a branch, and its newest builds'))
    .option('--branch <name>', 'else the project’s default branch', filledOption)
    .option('--limit <n>', 'how many builds', countOption(1, 100), 10)
    .option('--exit-status', `end with ${EXIT.not_green} unless the branch's newest result is a success`)
    .action((options: StatusOptions) =>
      runVerb(options, async ({ server, output }) => {
        const slug = requireSlug(server.slug)
        const branch = options.branch ?? (await defaultBranchOf())
        const encoded = encodeURIComponent(branch)
        const [badge, list] = await Promise.all([
          askJson(server, { method: 'GET', path: `/${slug}/tree/${encoded}.json` }),
          askJson(server, { method: 'GET', path: `/api/v1.1/project/${slug}/tree/${encoded}?limit=${options.limit}` }),
        ])
        const { message: status } = answerOf(badge, { message: 'text' }, 'a status')
        const builds = listOf(list, BUILD, 'a list of builds').map((build) => {
          const { workflows } = build as { workflows?: unknown }
          return { ...build, workflow: answerOf(workflows, WORKFLOW, 'a list of builds') }
        })
        output.result([`${slug} ${branch}: ${status}`, ...tableText(builds.map(rowOf))], {
          project: slug,
          branch,
          status,
          builds: list,
        })
        return options.exitStatus && status !== 'passing' ? EXIT.not_green : EXIT.ok

        async function defaultBranchOf(): Promise<string> {
          const project = await askJson(server, { method: 'GET', path: projectPath(server) })
          return answerOf(project, { default_branch: 'text' }, 'a project').default_branch
        }
      }),
    )
}

function rowOf({ build_num, status, workflow, queued_at, build_url }: BuildRow): string[] {
  return [`  ${build_num}`, status, `${workflow.workflow_name} / ${workflow.job_name}`, ageOf(queued_at), build_url]
}

function ageOf(time: string | null): string {
  if (time === null) return ''
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 60_000))
  if (minutes < 60) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1_440)} days ago`
}
