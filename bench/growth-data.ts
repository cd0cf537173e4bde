/** How many rows a database is filled with. `othersBuilds` are those of each project besides the first. */
export type Size = {
  readonly builds: number
  readonly tokens: number
  readonly projects: number
  readonly othersBuilds: number
}

export const GROWING = 'gh/growth/web'
/** Jobs of a pipeline, which is one workflow. */
const JOBS = 4
const ROWS_A_STATEMENT = 40_000

/**
 * Fills the project `gh/growth/web` by SQL with builds of pipelines of four jobs, and reports of their tests. Builds are mostly green and on `main`; and there is what makes a look-up go far: a branch that was built once, long ago
 * (`rare`, `early`), a file that only it has, a branch of which nothing ever ended (`stuck`), a workflow and job that never were.
 */
export function* fillStatements(projectId: string, { builds }: Pick<Size, 'builds'>): Generator<string> {
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
  // Each tenth report has failures: of a build of `test`, with twenty tests.
  yield `insert into test_names (project_id, classname, name, file, created_at, seen_at)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 20)
    select '${projectId}', 'CartTest', 'test_' || i, '', 1, 1 from n`
  for (const [from, to] of chunksOf(pipelines)) {
    yield `insert into test_reports (project_id, build_id, report, digest, object_key, object_index, passed, failed, errored, skipped,
        flaky, run_time_seconds, warnings, created_at, outcomes, times)
      with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to})
      select '${projectId}', b.id, 'junit.xml', 'd', 'tests/growth/' || i, '[]', 19, i % 10 = 5, 0, 0, 0, 2.5, '[]', b.created_at,
        (select min(id) from test_names where project_id = '${projectId}') || iif(i % 10 = 5, '.19PF', '.20P'), '00000000000000000000'
      from n join builds as b on b.id = 'b' || (i * ${JOBS} - 2)`
    yield `insert into test_failures (report_id, position, test_id, outcome, run_time_seconds, source, message)
      select r.id, 19, (select max(id) from test_names where project_id = '${projectId}'), 'failure', 0.1, 'junit', 'expected 1' from test_reports as r
      where r.failed = 1 and not exists (select 1 from test_failures as f where f.report_id = r.id)`
  }
}

/** The largest list of one holder. */
const TOKENS_OF_ONE = 1_000

/**
 * Fills what lies around that project: other projects of the same person with builds of their own, a person's tokens and
 * those of the project, an organization and all others, notices and the audit log.
 */
export function* fillAroundStatements(
  { projectId, userId }: { readonly projectId: string; readonly userId: string },
  { tokens, projects, othersBuilds }: Size,
): Generator<string> {
  const others = projects - 1
  const upTo = (count: number) => `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`
  const pipelines = Math.ceil(othersBuilds / JOBS)
  const when = `${Date.now()} - (${pipelines} - j) * 600000`
  if (others > 0) {
    yield `insert into projects (id, slug_key, vcs, org, repo, visibility, default_branch, last_build_num, last_pipeline_number, created_at)
      ${upTo(others)} select 'o' || i, 'gh/growth/other-' || printf('%04d', i), 'gh', 'growth', 'other-' || printf('%04d', i), 'private', 'main',
        ${pipelines * JOBS}, ${pipelines}, 1700000000000 from n`
    yield `insert into members (project_id, user_id, role, followed, created_at)
      ${upTo(others)} select 'o' || i, '${userId}', 'admin', 1, 1700000000000 from n`
  }
  for (const [from, to] of chunksOf(others, Math.floor(ROWS_A_STATEMENT / (pipelines * JOBS)))) {
    const n = `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}),
      m(j) as (select 1 union all select j + 1 from m where j < ${pipelines})`
    const [id, branch] = ["i || '-' || j", "iif(j % 4 = 1 and j > 1, 'topic-' || (j % 7), 'main')"]
    yield `insert into pipelines (id, project_id, number, external_id, branch, revision, subject, actor, created_at, began_at)
      ${n} select 'op' || ${id}, 'o' || i, j, 'p' || j, ${branch}, printf('%040x', j), 'Change ' || j, '{"login":"ada"}', ${when}, ${when}
      from n cross join m`
    yield `insert into workflows (id, project_id, pipeline_id, external_id, name, created_at)
      ${n} select 'ow' || ${id}, 'o' || i, 'op' || ${id}, 'w', 'ci', ${when} from n cross join m`
    yield `insert into builds (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch, status, class,
        stage, event_at, rank, started_at, stopped_at, created_at)
      ${n}, k(k) as (select 1 union all select k + 1 from k where k < ${JOBS})
      select 'ob' || ${id} || '-' || k, 'o' || i, 'op' || ${id}, 'ow' || ${id}, (j - 1) * ${JOBS} + k, 'b' || j || '-' || k,
        case k when 1 then 'lint' when 2 then 'test' when 3 then 'build' else 'deploy' end, ${branch},
        iif(k = 2 and j % 13 = 5, 'failed', 'success'), iif(k = 2 and j % 13 = 5, 'red', 'green'), 2, ${when}, 7, ${when}, ${when} + 40000, ${when}
      from n cross join m cross join k`
  }
  const few = Math.min(tokens, TOKENS_OF_ONE)
  yield tokenInsert('personal', `${upTo(few)} select 'p' || i`, `'${userId}', null, null, null`)
  yield tokenInsert('organization', `${upTo(few)} select 'g' || i`, `'${userId}', null, 'gh/growth', 'status'`)
  yield tokenInsert('project', `${upTo(few)} select 'm' || i`, `null, '${projectId}', null, 'status'`)
  for (const [from, to] of chunksOf(tokens)) {
    const n = `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to})`
    const whose = others > 0 ? `'o' || (i % ${others} + 1)` : `'${projectId}'`
    yield tokenInsert('project', `${n} select 't' || i`, `null, ${whose}, null, 'status'`)
  }
  yield `insert into notices (id, kind, project_id, branch, pipeline_id, facts, created_at)
    ${upTo(tokens)} select 'n' || i, 'branch.fixed', '${projectId}', 'main', null,
      json_object('kind', 'branch.fixed', 'branch', 'main', 'pipeline', 1, 'by', null), ${Date.now()} - i * 1000 from n`
  yield `insert into notice_inbox (user_id, notice_id, at) ${upTo(tokens)} select '${userId}', 'n' || i, ${Date.now()} - i * 1000 from n`
  yield `insert into audit (at, action, user_id, project_id, subject, detail)
    ${upTo(tokens)} select 1700000000000 + i, 'token.created', '${userId}', '${projectId}', 't' || i, '{"label":"Token"}' from n`
}

/** The tokens that `rows` begins to select: their ids, and then whose they are. */
function tokenInsert(kind: 'personal' | 'project' | 'organization', rows: string, whose: string): string {
  return `insert into tokens (id, kind, user_id, project_id, organization, scope, hash, label, prefix, last_four, created_at, last_used_at)
    ${rows}, '${kind}', ${whose}, 'x:' || hex(randomblob(32)), 'Token ' || i, 'bpp_0000', '0000', 1700000000000 + i * 1000, 1790000000000 + i
    from n where true`
}

/** The newest pipeline is of `main`; each tenth was of one of many branches, the very first of `rare`. */
function branchOf(pipelines: number): string {
  return `case when i = ${pipelines} then 'main' when i = 1 then 'rare' when i = 2 then 'early' when i % 10 = 3 then 'topic-' || (i % 970)
    when i % 20 = 7 then 'stuck' else 'main' end`
}

function* chunksOf(count: number, size = ROWS_A_STATEMENT): Generator<readonly [number, number]> {
  for (let from = 1; from <= count; from += size) yield [from, Math.min(count, from + size - 1)]
}

// Of the newest 300 builds that may pass, three rows each at most: see ROWS_SEARCHED in src/storage/builds/latest.ts.
const BOUND = 950
// A sum of each day and hour of a window, of a branch and of all; and the runs of two hours.
const SUMS = 2_500
// Six rows of each.
const TOKENS_LOOKED_AT = 6_200

/** Who asks: a token of the project, one of a person, or that person's browser. */
export type Asker = 'project' | 'person' | 'browser'

/** Reads that must not care how much there is: the path, and who asks. */
export type Read = {
  readonly name: string
  readonly path: string
  readonly by: Asker
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
    bound: 2 * BOUND,
  },
  { name: 'recent builds', path: '/api/v1.1/recent-builds', by: 'person' },
  { name: 'projects', path: '/api/v1.1/projects', by: 'person' },
  { name: 'v2 pipelines', path: `${V2}/pipeline`, by: 'project' },
  { name: 'v2 pipelines of a branch', path: `${V2}/pipeline?branch=main`, by: 'project' },
  { name: 'v2 pipelines of a branch built once', path: `${V2}/pipeline?branch=rare`, by: 'project' },
  { name: 'v2 pipeline', path: `${V2}/pipeline/9`, by: 'project' },
  { name: 'v2 job', path: `${V2}/job/50`, by: 'project' },
  { name: 'v2 artifacts', path: `${V2}/51/artifacts`, by: 'project' },
  { name: 'v2 insights', path: `${INSIGHTS}/workflows`, by: 'project', bound: SUMS },
  { name: 'v2 insights of a workflow', path: `${INSIGHTS}/workflows/ci`, by: 'project', bound: SUMS + 1_300 },
  {
    name: 'v2 insights of an unknown workflow',
    path: `${INSIGHTS}/workflows/absent`,
    by: 'project',
    status: 404,
    bound: SUMS,
  },
  {
    name: 'v2 insights of all branches',
    path: `${INSIGHTS}/workflows?all-branches=true`,
    by: 'project',
    bound: SUMS,
  },
  { name: 'v2 flaky tests', path: `${INSIGHTS}/flaky-tests`, by: 'project' },
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
    bound: 2 * BOUND,
  },
  { name: 'latest artifacts of a job', path: `${V1}/latest/artifacts?job=build&workflow=ci`, by: 'project' },
  { name: 'v1.1 tokens of a project', path: `${V1}/token`, by: 'person' },
  { name: 'v1.1 tokens of a person', path: '/api/v1.1/user/token?limit=100', by: 'person' },
  { name: 'tokens of the instance', path: '/api/buildpass/v1/instance/tokens', by: 'person' },
  { name: 'page: projects', path: '/', by: 'browser' },
  { name: 'page: projects, after', path: '/?after=gh/growth/other-0001', by: 'browser' },
  { name: 'page: project', path: `/${GROWING}`, by: 'browser' },
  { name: 'page: project, a branch', path: `/${GROWING}?branch=main`, by: 'browser' },
  { name: 'page: project, failed', path: `/${GROWING}?status=failed`, by: 'browser' },
  { name: 'page: branches', path: `/${GROWING}/branches`, by: 'browser' },
  { name: 'page: build', path: `/${GROWING}/51`, by: 'browser' },
  { name: 'page: tests', path: `/${GROWING}/tests`, by: 'browser', bound: 9_000 },
  { name: 'page: tests found', path: `/${GROWING}/tests?q=test_1`, by: 'browser' },
  { name: 'page: shares', path: `/${GROWING}/shares`, by: 'browser' },
  { name: 'page: notices', path: '/notices', by: 'browser' },
  { name: 'page: account', path: '/account', by: 'browser' },
  { name: 'page: activity', path: '/account/activity', by: 'browser' },
  { name: 'page: notices chosen', path: '/account/notices', by: 'browser' },
  { name: 'page: personal tokens', path: '/account/api', by: 'browser' },
  { name: 'page: personal tokens, by last use', path: '/account/api?sort=used', by: 'browser', bound: 2_100 },
  { name: 'page: personal tokens, expiring', path: '/account/api?show=expiring', by: 'browser' },
  { name: 'page: a personal token', path: '/account/api/p1', by: 'browser' },
  { name: 'page: organization tokens', path: '/account/organizations', by: 'browser' },
  { name: 'page: project tokens', path: `/${GROWING}/settings/api`, by: 'browser' },
  {
    name: 'page: project tokens, by expiry',
    path: `/${GROWING}/settings/api?sort=expires`,
    by: 'browser',
    bound: 2_100,
  },
  { name: 'page: project members', path: `/${GROWING}/settings/members`, by: 'browser' },
  { name: 'page: project audit', path: `/${GROWING}/settings/audit`, by: 'browser' },
  { name: 'page: instance tokens', path: '/instance/tokens', by: 'browser' },
  {
    name: 'page: instance tokens, expiring',
    path: '/instance/tokens?show=expiring',
    by: 'browser',
    bound: TOKENS_LOOKED_AT,
  },
  {
    name: 'page: instance tokens of a name',
    path: '/instance/tokens?text=absent',
    by: 'browser',
    bound: TOKENS_LOOKED_AT,
  },
  { name: 'page: instance users', path: '/instance/users', by: 'browser' },
  { name: 'page: a person', path: '/instance/users/bench', by: 'browser' },
  { name: 'page: policy', path: '/instance/policy', by: 'browser' },
  { name: 'page: traffic', path: '/instance/traffic', by: 'browser' },
]
