import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { TestOutcome } from '../../domain/tests/test-result.ts'
import { builds, projects, users } from './schema.ts'

// Decision 0034 has the reasons. Numbers of tests and reports are never used again (AUTOINCREMENT): outcomes are kept by them.

/** Each distinct test of a project, once: reports name it by its number. */
export const testNames = sqliteTable(
  'test_names',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    classname: text('classname').notNull(),
    name: text('name').notNull(),
    /** Empty where no report says it: of two nulls a unique index thinks that they differ. */
    file: text('file').notNull(),
    /** When the first report of it came. */
    createdAt: integer('created_at').notNull(),
    /** When a report of it was last known to have come: kept up only where a project has very many (`forget-names.ts`). */
    seenAt: integer('seen_at').notNull(),
  },
  (t) => [
    uniqueIndex('test_names_key').on(t.projectId, t.classname, t.name, t.file),
    index('test_names_newest').on(t.projectId, t.createdAt),
  ],
)

/** A test report of a build: what is counted and how each test ended. All else of it is in one object of R2. */
export const testReports = sqliteTable(
  'test_reports',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: text('project_id').notNull(),
    buildId: text('build_id')
      .notNull()
      .references(() => builds.id, { onDelete: 'cascade' }),
    /** Which of the build's reports: a report is replaced as a whole. */
    report: text('report').notNull(),
    /** Of all that the report says, so that the same one again changes nothing. */
    digest: text('digest').notNull(),
    objectKey: text('object_key').notNull(),
    /** Where in the object which of the tests are: `ObjectIndex`. */
    objectIndex: text('object_index').notNull(),
    passed: integer('passed').notNull(),
    failed: integer('failed').notNull(),
    errored: integer('errored').notNull(),
    skipped: integer('skipped').notNull(),
    /** Of those that passed. */
    flaky: integer('flaky').notNull(),
    runTimeSeconds: real('run_time_seconds').notNull(),
    warnings: text('warnings', { mode: 'json' }).$type<readonly string[]>().notNull(),
    createdAt: integer('created_at').notNull(),
    /** How each test ended, and how long it took, by its number: `src/domain/tests/test-runs.ts`. Long, so last. */
    outcomes: text('outcomes').notNull(),
    times: text('times').notNull(),
  },
  (t) => [
    uniqueIndex('test_reports_build').on(t.buildId, t.report),
    index('test_reports_project').on(t.projectId, t.id),
    index('test_reports_object').on(t.objectKey),
    index('test_reports_failing').on(t.projectId, t.createdAt).where(sql`failed + errored + flaky > 0`),
  ],
)

/**
 * The objects of a build's reports once more, as one: lists of a build with many reports read that. What is not in it is
 * read from the report's own object.
 */
export const testPacks = sqliteTable(
  'test_packs',
  {
    buildId: text('build_id')
      .primaryKey()
      .references(() => builds.id, { onDelete: 'cascade' }),
    objectKey: text('object_key').notNull(),
    /** Where in it the object of which key begins. */
    offsets: text('offsets', { mode: 'json' }).$type<Readonly<Record<string, number>>>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('test_packs_object').on(t.objectKey)],
)

/** A test that failed, or that passed after it had failed. */
export const testFailures = sqliteTable(
  'test_failures',
  {
    reportId: integer('report_id')
      .notNull()
      .references(() => testReports.id, { onDelete: 'cascade' }),
    /** The place in the report. */
    position: integer('position').notNull(),
    testId: integer('test_id')
      .notNull()
      .references(() => testNames.id, { onDelete: 'cascade' }),
    outcome: text('outcome').$type<TestOutcome>().notNull(),
    runTimeSeconds: real('run_time_seconds').notNull(),
    source: text('source').notNull(),
    /** The first line. */
    message: text('message').notNull(),
  },
  (t) => [primaryKey({ columns: [t.reportId, t.position] }), index('test_failures_test').on(t.testId, t.reportId)],
)

/** A test whose failures are expected until `until`: after that the row says nothing, and goes with the next mute of the project. */
export const testMutes = sqliteTable(
  'test_mutes',
  {
    testId: integer('test_id')
      .primaryKey()
      .references(() => testNames.id, { onDelete: 'cascade' }),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    reason: text('reason').notNull(),
    until: integer('until').notNull(),
    /** Null once that person is removed from the instance: the mute stays until its end. */
    mutedBy: text('muted_by').references(() => users.id, { onDelete: 'set null' }),
    mutedAt: integer('muted_at').notNull(),
  },
  (t) => [index('test_mutes_project').on(t.projectId, t.until), index('test_mutes_by').on(t.mutedBy)],
)
