import {
  reportBuild as reportBuildAs,
  reportBuilds as reportBuildsAs,
  reportRun as reportRunAs,
  updateBuild as updateBuildAs,
} from '../../../src/actions/report-build.ts'
import { keepUpload as keepUploadAs } from '../../../src/actions/uploads/keep-upload.ts'
import { type Actor, INSTANCE } from '../../../src/domain/access/actor.ts'
import type { TestResult } from '../../../src/domain/tests/test-result.ts'
import type { Stores } from '../../../src/storage/stores.ts'
import { keepTestReport } from '../../../src/storage/tests/test-reports.ts'

// What CI jobs bring, brought by the instance itself: for tests that are not about who may.

type Rest<F extends (...all: never[]) => unknown> = Parameters<F> extends [...infer R, Actor] ? R : never

export const reportBuild = (...all: Rest<typeof reportBuildAs>) => reportBuildAs(...all, INSTANCE)
export const reportBuilds = (...all: Rest<typeof reportBuildsAs>) => reportBuildsAs(...all, INSTANCE)
export const reportRun = (...all: Rest<typeof reportRunAs>) => reportRunAs(...all, INSTANCE)
export const updateBuild = (...all: Rest<typeof updateBuildAs>) => updateBuildAs(...all, INSTANCE)
export const keepUpload = (...all: Rest<typeof keepUploadAs>) => keepUploadAs(...all, INSTANCE)

type Unsaid = 'isFlaky' | 'attempts' | 'attachments'
/** A test result of which a test may leave out what few reports say. */
export type PlainTestResult = Omit<TestResult, Unsaid> & Partial<Pick<TestResult, Unsaid>>

export const replaceTestResults = (
  stores: Stores,
  buildId: string,
  report: string,
  results: readonly PlainTestResult[],
) => {
  const tests = results.map((result) => ({ isFlaky: false, attempts: [], attachments: [], ...result }))
  return keepTestReport(stores, { buildId, name: report }, { tests, warnings: [] }, INSTANCE)
}

/** A person as an actor whose right the test does not ask about. */
export const actsAs = (userId: string | null): Actor => ({ ...INSTANCE, userId })
