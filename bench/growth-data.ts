/** How many rows a database is filled with. */
export type Size = { readonly builds: number; readonly tokens: number }

export const GROWING = 'gh/growth/web'
/** Jobs of a pipeline, which is one workflow. */
const JOBS = 4
const ROWS_A_STATEMENT = 40_000

/**
 * Fills the project `gh/growth/web` by SQL with builds of pipelines of four jobs, and the database with tokens. Builds
 * are mostly green and on `main`; and there is what makes a look-up go far: a branch that was built once, long ago
 * (`rare`, `early`), a file that only it has, a branch of which nothing ever ended (`stuck`), a workflow and job that never were.
 */
export function* fillStatements(projectId: string, { builds, tokens }: Size): Generator<string> {
  const pipelines = Math.ceil(builds / JOBS)
  // One in ten minutes, the newest now.
  const when = `${Date.now()} - (${pipelines} - i) * 600000`
  for (const [from, to] of chunksOf(pipelines)) {
    const n = `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to})`
    yield `insert into pipelines (id, project_id, number, external_id, branch, revision, subject, actor, created_at, began_at)
      ${n} select 'p' || i, '${projectId}', i, 'p' || i, ${branchOf(pipelines)}, printf('%040x', i), 'Change ' || i,
        '{"login":"ada"}', ${when}, ${when} from n`
    yield `insert into workflows (id, project_id, pipeline_id, external_id, name, created_at)
      ${n} select 'w' || i, '${projectId}', 'p' || i, 'w', 'ci', ${when} from n`
  }
  for (const [from, to] of chunksOf(builds)) {
    const n = `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to})`
    const job = (column: string) => `(i - 1) % ${JOBS} ${column}`
    const status = `case when pipelines.branch = 'stuck' then 'running'
      when ${job('= 1')} and number % 13 = 5 then 'failed' else 'success' end`
    yield `insert into builds (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch, status, class,
        stage, event_at, rank, started_at, stopped_at, created_at)
      ${n} select 'b' || i, '${projectId}', pipelines.id, 'w' || number, i, 'b' || i,
        case ${job('')} when 0 then 'lint' when 1 then 'test' when 2 then 'build' else 'deploy' end, branch, ${status},
        case ${status} when 'running' then 'blue' when 'failed' then 'red' else 'green' end,
        case ${status} when 'running' then 1 else 2 end, created_at, 7, created_at, created_at + 40000, created_at
      from n join pipelines on pipelines.id = 'p' || ((i + ${JOBS - 1}) / ${JOBS})`
    yield `insert into artifacts (id, project_id, build_id, build_num, branch, node_index, path, size_bytes, digest, content_type,
        object_key, created_at)
      ${n} select 'a' || i, '${projectId}', 'b' || i, i,
        (select branch from builds where id = 'b' || i), 0, case when i <= ${JOBS} then 'rare.txt' when ${job('= 1')} then 'failure.png' else 'report.txt' end, 6, 'sha256:' || printf('%064x', i),
        'text/plain', 'artifacts/growth/' || i, 1700000000000 from n
      where ${job('= 2')} or i <= ${JOBS} or (${job('= 1')} and (select class from builds where id = 'b' || i) = 'red')`
  }
  yield `update projects set last_build_num = ${builds}, last_pipeline_number = ${pipelines} where id = '${projectId}'`
  for (const [from, to] of chunksOf(tokens)) {
    yield `insert into tokens (id, kind, hash, scope, project_id, label, prefix, last_four, created_at)
      with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to})
      select 't' || i, 'project', 'x:' || hex(randomblob(32)), 'status', '${projectId}', 'Token ' || i, 'bpp_0000', '0000',
        1700000000000 from n`
  }
}

/** The newest pipeline is of `main`; each tenth was of one of many branches, the very first of `rare`. */
function branchOf(pipelines: number): string {
  return `case when i = ${pipelines} then 'main' when i = 1 then 'rare' when i = 2 then 'early' when i % 10 = 3 then 'topic-' || (i % 970)
    when i % 20 = 7 then 'stuck' else 'main' end`
}

function* chunksOf(count: number): Generator<readonly [number, number]> {
  for (let from = 1; from <= count; from += ROWS_A_STATEMENT) yield [from, Math.min(count, from + ROWS_A_STATEMENT - 1)]
}

// Of the newest 5,000 builds that may pass, three rows each: see BUILDS_SEARCHED in src/storage/builds/builds.ts.
const BOUND = 15_100
// What insights look at: 90 days, in which these databases have 13,000 pipelines, and 2,000 runs in them.
const WINDOW = 60_000

/** Reads that must not care how much there is: the path, and which of the two tokens asks. */
export type Read = {
  readonly name: string
  readonly path: string
  readonly by: 'project' | 'person'
  readonly status?: number
  /** It goes through at most so many rows, and reaches that only in a large database. */
  readonly bound?: number
}

const V1 = `/api/v1.1/project/${GROWING}`
const V2 = `/api/v2/project/${GROWING}`
const OWN = `/api/buildpass/v1/projects/${GROWING}`
const INSIGHTS = `/api/v2/insights/${GROWING}`

export const READS: readonly Read[] = [
  { name: 'token look-up', path: '/api/buildpass/v1/token', by: 'project' },
  { name: 'badge', path: `/${GROWING}.svg`, by: 'project' },
  { name: 'badge of a branch built once', path: `/${GROWING}/tree/rare.svg`, by: 'project' },
  { name: 'badge of an unknown branch', path: `/${GROWING}/tree/absent.svg`, by: 'project' },
  { name: 'badge, no pipeline complete', path: `/${GROWING}/tree/stuck.svg`, by: 'project', bound: 2_040 },
  { name: 'list page', path: V1, by: 'project' },
  { name: 'list page of a branch', path: `${V1}/tree/main`, by: 'project' },
  { name: 'list page, filter=successful', path: `${V1}/tree/main?filter=successful`, by: 'project' },
  { name: 'list page, filter=completed', path: `${V1}?filter=completed`, by: 'project' },
  { name: 'list page, nothing passes', path: `${V1}/tree/rare?filter=running`, by: 'project' },
  { name: 'single build', path: `${V1}/50`, by: 'project' },
  { name: 'artifact list', path: `${V1}/51/artifacts`, by: 'project' },
  {
    name: 'latest artifact',
    path: `${V1}/latest/artifacts/0/report.txt?branch=main&filter=successful`,
    by: 'project',
    status: 302,
  },
  {
    name: 'latest artifact of a branch built once',
    path: `${V1}/latest/artifacts/0/rare.txt?branch=rare`,
    by: 'project',
    status: 302,
  },
  {
    name: 'latest artifact of a branch of long ago',
    path: `${V1}/latest/artifacts/0/report.txt?branch=early`,
    by: 'project',
    status: 302,
  },
  {
    name: 'latest artifact, none of that branch',
    path: `${V1}/latest/artifacts/0/report.txt?branch=absent`,
    by: 'project',
    status: 404,
  },
  {
    name: 'latest artifact, only of red builds',
    path: `${V1}/latest/artifacts/0/failure.png?filter=successful`,
    by: 'project',
    status: 404,
    bound: BOUND,
  },
  { name: 'latest artifacts', path: `${V1}/latest/artifacts?branch=main&filter=successful`, by: 'project' },
  {
    name: 'latest artifacts, unknown workflow',
    path: `${V1}/latest/artifacts?workflow=absent`,
    by: 'project',
    status: 404,
    // Once for a build with artifacts, and once for any.
    bound: 2 * BOUND,
  },
  {
    name: 'latest artifacts, unknown job',
    path: `${V1}/latest/artifacts?job=absent`,
    by: 'project',
    status: 404,
    bound: 2 * BOUND,
  },
  {
    name: 'latest artifacts, job never red',
    path: `${V1}/latest/artifacts?job=lint&filter=failed`,
    by: 'project',
    status: 404,
    bound: BOUND,
  },
  { name: 'recent builds', path: '/api/v1.1/recent-builds', by: 'person' },
  { name: 'projects', path: '/api/v1.1/projects', by: 'person', bound: 1_500 },
  { name: 'v2 pipelines', path: `${V2}/pipeline`, by: 'project' },
  { name: 'v2 pipelines of a branch', path: `${V2}/pipeline?branch=main`, by: 'project' },
  { name: 'v2 pipelines of a branch built once', path: `${V2}/pipeline?branch=rare`, by: 'project' },
  { name: 'v2 pipeline', path: `${V2}/pipeline/9`, by: 'project' },
  { name: 'v2 job', path: `${V2}/job/50`, by: 'project' },
  { name: 'v2 artifacts', path: `${V2}/51/artifacts`, by: 'project' },
  { name: 'v2 insights', path: `${INSIGHTS}/workflows`, by: 'project', bound: WINDOW },
  { name: 'v2 insights of a workflow', path: `${INSIGHTS}/workflows/ci`, by: 'project', bound: WINDOW },
  {
    name: 'v2 insights of an unknown workflow',
    path: `${INSIGHTS}/workflows/absent`,
    by: 'project',
    status: 404,
    bound: WINDOW,
  },
  { name: 'v2 flaky tests', path: `${INSIGHTS}/flaky-tests`, by: 'project', bound: WINDOW },
  { name: 'CCTray of a project', path: `/${GROWING}.cc.xml`, by: 'project', bound: 9_200 },
  { name: 'CCTray of a branch', path: `/${GROWING}/tree/main.cc.xml`, by: 'project' },
  { name: 'CCTray of a branch, nothing complete', path: `/${GROWING}/tree/stuck.cc.xml`, by: 'project', bound: 2_060 },
  { name: 'CCTray of a person', path: '/cc.xml', by: 'person' },
  {
    name: 'own latest artifacts',
    path: `${OWN}/latest/artifacts?branch=main&filter=successful`,
    by: 'project',
  },
  {
    name: 'own latest artifacts, unknown job',
    path: `${OWN}/latest/artifacts?job=absent`,
    by: 'project',
    status: 404,
    bound: 20_100,
  },
  { name: 'latest artifacts of a job', path: `${V1}/latest/artifacts?job=build&workflow=ci`, by: 'project' },
]
