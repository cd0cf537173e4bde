import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { InstanceRole } from '../../domain/access/grant.ts'
import type { ProjectMakers } from '../../domain/access/policy.ts'
import type { Scope } from '../../domain/access/scope.ts'
import type { TokenKind } from '../../domain/access/secret.ts'
import type { AuditAction } from '../../domain/audit.ts'
import type { Person, PullRequest, ReportedStatus, StatusClass, Step } from '../../domain/builds/build.ts'
import type { OnLeak, Role, Vcs, Visibility } from '../../domain/project.ts'
import type { TestOutcome } from '../../domain/tests/test-result.ts'
import type { UpkeepTask } from '../../domain/upkeep.ts'
import { artifactDigest } from './columns.ts'

// Times are epoch milliseconds. Triggers (migrations/0001) append to `revocations` when a token, membership, user or project
// ends, is narrowed or gets another end: no statement can forget it, not even one typed into a console.

export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    login: text('login').notNull(),
    name: text('name').notNull(),
    avatarUrl: text('avatar_url'),
    instanceRole: text('instance_role').$type<InstanceRole>().notNull(),
    createdAt: integer('created_at').notNull(),
    // Who invited this person, and who made them an owner: ids that stay when those people are gone.
    invitedBy: text('invited_by'),
    madeOwnerBy: text('made_owner_by'),
  },
  (t) => [
    // No two logins differ by letter case alone.
    uniqueIndex('users_login').on(sql`lower(${t.login})`),
    index('users_invited_by').on(t.invitedBy),
    index('users_made_owner_by').on(t.madeOwnerBy),
  ],
)

/** Who, besides the owners, may create projects of an organization. */
export const orgCreators = sqliteTable(
  'org_creators',
  {
    vcs: text('vcs').$type<Vcs>().notNull(),
    org: text('org').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    grantedBy: text('granted_by'),
  },
  (t) => [
    primaryKey({ columns: [t.vcs, t.org, t.userId] }),
    index('org_creators_user').on(t.userId),
    index('org_creators_granted_by').on(t.grantedBy),
  ],
)

export const projects = sqliteTable('projects', {
  id: text('id').primaryKey(),
  /** The lower-cased slug: what a look-up goes by. */
  slugKey: text('slug_key').notNull().unique(),
  vcs: text('vcs').$type<Vcs>().notNull(),
  org: text('org').notNull(),
  repo: text('repo').notNull(),
  visibility: text('visibility').$type<Visibility>().notNull(),
  defaultBranch: text('default_branch').notNull(),
  /** Where the repository is, if not at the public host: from a signed webhook, or set by an admin. */
  repositoryUrl: text('repository_url'),
  /** The numbers given last; never taken back, also when retention deletes the rows. */
  lastBuildNum: integer('last_build_num').notNull().default(0),
  lastPipelineNumber: integer('last_pipeline_number').notNull().default(0),
  /** What becomes of a token of it that was found in public: it ends, and may leave a successor. */
  onLeak: text('on_leak').$type<OnLeak>().notNull().default('end'),
  createdAt: integer('created_at').notNull(),
})

export const members = sqliteTable(
  'members',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').$type<Role>().notNull(),
    followed: integer('followed', { mode: 'boolean' }).notNull().default(true),
    createdAt: integer('created_at').notNull(),
    /** Who added this member, or gave them their present role. */
    addedBy: text('added_by'),
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.userId] }),
    index('members_user').on(t.userId),
    index('members_added_by').on(t.addedBy),
  ],
)

export const tokens = sqliteTable(
  'tokens',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<TokenKind>().notNull(),
    hash: text('hash').notNull().unique(),
    /** Whose a personal token is; null for the other kinds, which outlive the person who made them. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    createdBy: text('created_by').references(() => users.id, { onDelete: 'set null' }),
    projectId: text('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    /** As `gh/acme`; null for the kinds that are of no organization. */
    organization: text('organization'),
    scope: text('scope').$type<Scope>(),
    /** JSON of what it opens less; null where nothing. What cannot be read opens nothing. */
    limits: text('limits'),
    publisherId: text('publisher_id'),
    /** Until when a reporting token may be renewed; null for the other kinds. */
    renewableUntil: integer('renewable_until'),
    label: text('label').notNull(),
    prefix: text('prefix').notNull(),
    lastFour: text('last_four').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    /** When a rotation gave it an earlier end, and the end it had before, which a second rotation starts from. */
    rotatedAt: integer('rotated_at'),
    plannedExpiresAt: integer('planned_expires_at'),
    /** The token that minted this one: ending it ends this one too. */
    mintedBy: text('minted_by'),
    lastUsedAt: integer('last_used_at'),
    lastUsedFrom: text('last_used_from'),
    /** When somebody reported a status token as found in public: a notice, not an end. */
    leakReportedAt: integer('leak_reported_at'),
  },
  (t) => [
    index('tokens_user').on(t.userId, t.kind, t.createdAt),
    index('tokens_project').on(t.projectId, t.kind, t.createdAt),
    index('tokens_created_by').on(t.createdBy),
    index('tokens_minted_by').on(t.mintedBy),
    index('tokens_kind_expiry').on(t.kind, t.expiresAt),
    index('tokens_publisher').on(t.publisherId),
    index('tokens_listed').on(t.createdAt, t.id).where(sql`kind <> 'reporting'`),
  ],
)

/** How much a token was used on a day (UTC, in whole days since 1970): in how many stretches of ten minutes, and from where. */
export const tokenDays = sqliteTable(
  'token_days',
  {
    tokenId: text('token_id')
      .notNull()
      .references(() => tokens.id, { onDelete: 'cascade' }),
    day: integer('day').notNull(),
    slots: integer('slots').notNull(),
    lastSlot: integer('last_slot').notNull(),
    /** JSON of at most five. */
    places: text('places').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tokenId, t.day] }), index('token_days_day').on(t.day)],
)

/** The revocation feed, in commit order. AUTOINCREMENT, because a plain rowid is used again after pruning. */
export const revocations = sqliteTable(
  'revocations',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    subject: text('subject').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [index('revocations_at').on(t.at)],
)

/** One row: the state of the feed. It is read in one batch with the feed, and with every row that is cached. */
export const feedState = sqliteTable('feed_state', {
  id: integer('id').primaryKey(),
  epoch: text('epoch').notNull(),
  newestSeq: integer('newest_seq').notNull(),
  /** Entries up to this one were pruned: what was cached at an earlier one is void. */
  lowWater: integer('low_water').notNull(),
})

/** What the owners demand of tokens: one row, or none where they demand nothing. */
export const policies = sqliteTable('policy', {
  id: integer('id').primaryKey(),
  personalDays: integer('personal_days'),
  projectDays: integer('project_days'),
  unusedDays: integer('unused_days'),
  projectMakers: text('project_makers').$type<ProjectMakers>().notNull(),
  /** JSON of networks. */
  cidrs: text('cidrs'),
  changedAt: integer('changed_at').notNull(),
})

/**
 * Always empty: its check refuses every row. A transaction whose actor has lost the right inserts here first, and is
 * undone as a whole.
 */
export const rightsGone = sqliteTable('rights_gone', { never: integer('never').notNull() }, () => [
  check('right_stands', sql`never is null`),
])

/** Append only. */
export const audit = sqliteTable(
  'audit',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
    action: text('action').$type<AuditAction>().notNull(),
    userId: text('user_id'),
    /** The token that acted. */
    actorTokenId: text('actor_token_id'),
    projectId: text('project_id'),
    /** What was acted on, e.g. a token's id. */
    subject: text('subject'),
    detail: text('detail', { mode: 'json' }).$type<Record<string, string | number | null>>(),
    from: text('from'),
  },
  (t) => [
    index('audit_project').on(t.projectId, t.id),
    index('audit_user').on(t.userId, t.id),
    index('audit_refused')
      .on(t.subject, t.id)
      .where(sql`action in ('token.refused_by_scope', 'token.refused_by_network', 'token.refused_expired')`),
  ],
)

export const pipelines = sqliteTable(
  'pipelines',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    externalId: text('external_id').notNull(),
    branch: text('branch'),
    tag: text('tag'),
    /**
     * Which report named branch and tag: 0 none, or one of a child pipeline; 1 a job; 2 the run itself; 3 a run that
     * never counts for its branch, or only while it is red. A higher one overwrites a lower one.
     */
    branchRank: integer('place_rank').notNull().default(1),
    revision: text('revision').notNull(),
    subject: text('subject'),
    body: text('body'),
    author: text('author', { mode: 'json' }).$type<Person>(),
    committer: text('committer', { mode: 'json' }).$type<Person>(),
    actor: text('actor', { mode: 'json' }).$type<Person>(),
    pullRequests: text('pull_requests', { mode: 'json' }).$type<readonly PullRequest[]>(),
    createdAt: integer('created_at').notNull(),
    /** When it began by the CI's clock, else when the first report arrived: it decides which pipeline is the newest. */
    beganAt: integer('began_at').notNull().default(0),
    /** A growing number of the CI: of two pipelines that began in one second the higher is the newer. 0: none reported. */
    ciNumber: integer('ci_number').notNull().default(0),
    /**
     * Whether any report says that its commit was the head of its branch when it began: GitHub's jobs and checks do not. A
     * pipeline without may have a negative `began_at`: see head-unknown.ts.
     */
    isHeadKnown: integer('is_placed', { mode: 'boolean' }).notNull().default(true),
  },
  (t) => [
    uniqueIndex('pipelines_external').on(t.projectId, t.externalId),
    uniqueIndex('pipelines_number').on(t.projectId, t.number),
    index('pipelines_branch').on(t.projectId, t.branch, t.number),
    index('pipelines_newest').on(t.projectId, t.branch, t.beganAt, t.ciNumber, t.number),
    index('pipelines_placed').on(t.projectId, t.branch, t.isHeadKnown, t.beganAt, t.ciNumber, t.number),
    index('pipelines_age').on(t.projectId, t.createdAt),
    index('pipelines_revision').on(t.projectId, t.revision),
    index('pipelines_actor').on(t.projectId, sql`lower(${t.actor} ->> '$.login')`, t.number),
    index('pipelines_actor_age').on(sql`lower(${t.actor} ->> '$.login')`, t.createdAt, t.id),
  ],
)

export const workflows = sqliteTable(
  'workflows',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipelines.id, { onDelete: 'cascade' }),
    externalId: text('external_id').notNull(),
    name: text('name').notNull(),
    /** Workflows with the same text here are attempts at one thing: the higher attempt replaces the lower one. */
    attemptOf: text('attempt_of').notNull().default(''),
    attempt: integer('attempt').notNull().default(1),
    /** The status that the CI reported of the whole workflow: that of the report with the greatest `told_order`. */
    reportedStatus: text('told_status').$type<ReportedStatus>(),
    reportedClass: text('told_class').$type<StatusClass>(),
    reportedAt: integer('told_at'),
    reportOrder: text('told_order'),
    /** The project's newest build number at the CI's first report of the whole: its place in lists ordered by number. */
    firstReportedAfter: integer('told_after'),
    beganAt: integer('began_at'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('workflows_external').on(t.pipelineId, t.externalId),
    index('workflows_created').on(t.projectId, t.createdAt),
    index('workflows_name').on(t.projectId, t.name, t.createdAt),
    index('workflows_told').on(t.projectId, t.reportedClass, t.firstReportedAfter),
  ],
)

export const builds = sqliteTable(
  'builds',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipelines.id, { onDelete: 'cascade' }),
    workflowId: text('workflow_id')
      .notNull()
      .references(() => workflows.id, { onDelete: 'cascade' }),
    num: integer('build_num').notNull(),
    externalId: text('external_id').notNull(),
    jobName: text('job_name').notNull(),
    /** A build of a job is replaced by one with a higher attempt (src/domain/builds/pipeline-status.ts); 0 never counts. */
    attempt: integer('attempt').notNull().default(1),
    /** The pipeline's branch, here too for the indexes. */
    branch: text('branch'),
    status: text('status').$type<ReportedStatus>().notNull(),
    /** The status's class, for the `filter` of lists: one indexed value instead of several statuses. */
    class: text('class').$type<StatusClass>().notNull(),
    /** The columns of a build are those of its event with the greatest (weight, eventAt, rank). */
    stage: integer('stage').notNull(),
    /** `weightOf` the event; null in older rows: there it is twice the stage. */
    weight: integer('weight'),
    eventAt: integer('event_at').notNull(),
    rank: integer('rank').notNull(),
    queuedAt: integer('queued_at'),
    startedAt: integer('started_at'),
    stoppedAt: integer('stopped_at'),
    buildUrl: text('build_url'),
    /** `eventOrderOf` the event that the URL is from, and of the one that the steps are from. */
    urlOrder: text('url_order'),
    stepsOrder: text('steps_order'),
    steps: text('steps', { mode: 'json' }).$type<readonly Step[]>(),
    /** The number of the build that this one repeats. */
    retryOf: integer('retry_of'),
    createdAt: integer('created_at').notNull(),
    /** Whether it ever had an artifact or a pack: set by triggers (migrations/0027). */
    hadArtifacts: integer('kept', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    uniqueIndex('builds_external').on(t.projectId, t.externalId),
    uniqueIndex('builds_num').on(t.projectId, t.num),
    index('builds_branch').on(t.projectId, t.branch, t.num),
    index('builds_job').on(t.projectId, t.jobName, t.branch, t.num),
    index('builds_class').on(t.projectId, t.class, t.num),
    index('builds_branch_class').on(t.projectId, t.branch, t.class, t.num),
    index('builds_pipeline').on(t.pipelineId, t.stage),
    index('builds_age').on(t.projectId, t.createdAt),
    index('builds_workflow').on(t.workflowId),
    index('builds_kept').on(t.projectId, t.num).where(sql`kept = 1`),
    index('builds_job_kept').on(t.projectId, t.jobName, t.num).where(sql`kept = 1`),
  ],
)

export const artifacts = sqliteTable(
  'artifacts',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    buildId: text('build_id')
      .notNull()
      .references(() => builds.id, { onDelete: 'cascade' }),
    buildNum: integer('build_num').notNull(),
    /** The build's branch, here too for the index. */
    branch: text('branch'),
    nodeIndex: integer('node_index').notNull(),
    path: text('path').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    digest: artifactDigest('digest').notNull(),
    contentType: text('content_type').notNull(),
    objectKey: text('object_key').notNull().unique(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('artifacts_path').on(t.buildId, t.nodeIndex, t.path),
    index('artifacts_newest').on(t.projectId, t.path, t.nodeIndex, t.buildNum),
    index('artifacts_branch').on(t.projectId, t.path, t.nodeIndex, t.branch, t.buildNum),
    index('artifacts_age').on(t.projectId, t.createdAt),
    index('artifacts_reports')
      .on(t.buildId, sql`length(path)`)
      .where(sql`(path = 'index.html' or path glob '*/index.html')`),
  ],
)

export const testResults = sqliteTable(
  'test_results',
  {
    buildId: text('build_id')
      .notNull()
      .references(() => builds.id, { onDelete: 'cascade' }),
    /** Which of the build's reports: a report is replaced as a whole. */
    report: text('report').notNull(),
    /** The place in the report. */
    position: integer('position').notNull(),
    classname: text('classname').notNull(),
    name: text('name').notNull(),
    result: text('result').$type<TestOutcome>().notNull(),
    runTimeSeconds: real('run_time_seconds').notNull(),
    message: text('message').notNull(),
    file: text('file'),
    source: text('source').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.buildId, t.report, t.position] }),
    index('test_results_case').on(t.buildId, t.classname, t.name, t.result),
    index('test_results_failed').on(t.buildId).where(sql`result in ('failure', 'error')`),
  ],
)

/**
 * What is made of many rows of a project and is read more often than those change: `src/storage/builds/sums.ts`. A row ends with
 * the first change of what it was made of, by triggers (migrations/0026 and 0027): no statement can forget it.
 */
export const sums = sqliteTable(
  'sums',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<SumKind>().notNull(),
    /** Of an hour or a day: when that begins. 0 of a whole project. */
    since: integer('since').notNull(),
    /** Of the runs of one branch: that; empty where it is of all. */
    branch: text('branch').notNull(),
    /** `SUM_FORMAT` of what made it: one of another format is none. */
    format: integer('format').notNull(),
    /** JSON; null while somebody makes it, who is `maker`. */
    value: text('value'),
    maker: text('maker'),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.kind, t.since, t.branch] })],
)

/** Of what: the state of the default branch, the newest builds by branch, the runs of an hour or a day, or the flaky failures of a day. */
export type SumKind = 'default' | 'branches' | 'hour' | 'day' | 'flaky'

/** Where a daily task that works in bounded steps stopped. */
export const sweeps = sqliteTable('sweeps', {
  name: text('name').primaryKey(),
  cursor: text('cursor'),
})

/** The last run of each daily task, for operators whose log may have lost its line. */
export const upkeepTasks = sqliteTable('upkeep_tasks', {
  task: text('task').$type<UpkeepTask>().primaryKey(),
  /** When the task last finished; before its first run, when this table was made. */
  doneAt: integer('done_at').notNull(),
  failedAt: integer('failed_at'),
  failures: integer('failures').notNull().default(0),
  /** Of retention: how long ago the most overdue build or artifact was due, when all projects were last looked at. */
  behindMs: integer('behind_ms'),
})
