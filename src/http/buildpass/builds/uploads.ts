import type { Context } from 'hono'
import { keepUpload } from '../../../actions/keep-upload.ts'
import { MAX_ARTIFACT_BYTES } from '../../../domain/artifacts/artifact.ts'
import { parseContentDigest } from '../../../domain/artifacts/content-digest.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { parseJUnit } from '../../../domain/tests/junit.ts'
import { parseTestResultsJson, type TestResult } from '../../../domain/tests/test-result.ts'
import { findBuildId } from '../../../storage/builds/builds.ts'
import { replaceTestResults } from '../../../storage/tests/test-results.ts'
import { jsonWritten } from '../../frame/answers.ts'
import { artifactPathOf, buildNumOf, jsonOf, queryCount, queryFlag, readText } from '../../frame/input.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { storedArtifactJson } from './artifact-json.ts'
import type { TestsStoredJson } from './uploads-shape.ts'

export const MAX_NODE_INDEX = 9_999
const MAX_TESTS_BYTES = 16 * 1024 * 1024
const MAX_REPORT_NAME_LENGTH = 200

/** What a finished job brings: artifact bytes and test results. */
export function mountUploads(app: App): void {
  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}',
    async (c, { actor, project, params }) => {
      const path = artifactPathOf(params)
      const nodeIndex = queryCount(c, 'node_index', { min: 0, max: MAX_NODE_INDEX, fallback: 0 })
      const overwrite = queryFlag(c, 'overwrite')
      const upload = {
        path,
        nodeIndex,
        overwrite,
        sizeBytes: requireLength(c),
        sha256: namedDigestOf(c),
        contentType: contentTypeOf(c),
      }
      const num = buildNumOf(params)
      const buildId = await requireBuildId(c, project.id, num)
      const kept = await keepUpload(
        c.env.stores,
        { projectId: project.id, buildId, num },
        upload,
        c.req.raw.body,
        actor,
      )
      switch (kept.kind) {
        case 'digest_mismatch':
          throw digestMismatch('Repr-Digest')
        case 'client_gone':
          throw new AppError('client_gone')
        case 'wrong_length':
          throw invalidInput('Content-Length', 'does not match the bytes that were sent')
        case 'other_bytes':
          throw otherBytes('?overwrite=true')
        case 'no_build':
          throw new AppError('build_not_found')
        case 'created':
        case 'replaced':
        case 'same': {
          const stored = storedArtifactJson(publicOriginOf(c), kept.artifact)
          return jsonWritten(c, stored, kept.kind === 'created' ? 201 : 200)
        }
      }
    },
  )

  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests',
    async (c, { actor, project, params }) => {
      const report = c.req.query('report') ?? ''
      if (report.length > MAX_REPORT_NAME_LENGTH)
        throw invalidInput('report', `must be at most ${MAX_REPORT_NAME_LENGTH} characters long`)
      const parse = testParserFor(c)
      const results = await parse(await readText(c.req.raw, MAX_TESTS_BYTES))
      const buildId = await requireBuildId(c, project.id, buildNumOf(params))
      const replaced = await replaceTestResults(c.env.stores, buildId, report, results, actor)
      if (replaced === 'no_build') throw new AppError('build_not_found')
      return jsonWritten(c, testsStoredJson(results))
    },
  )
}

function testsStoredJson(results: readonly TestResult[]): TestsStoredJson {
  const count = (result: TestResult['result']) => results.filter((test) => test.result === result).length
  return { stored: results.length, failed: count('failure') + count('error'), skipped: count('skipped') }
}

async function requireBuildId(c: Context<AppEnv>, projectId: string, num: number): Promise<string> {
  const id = await findBuildId(c.env.stores.db, projectId, num)
  if (!id) throw new AppError('build_not_found')
  return id
}

export function requireLength(c: Context<AppEnv>): number {
  const text = c.req.header('Content-Length')
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw new AppError('length_required')
  const sizeBytes = Number(text)
  if (sizeBytes > MAX_ARTIFACT_BYTES)
    throw new AppError('too_large', `An artifact can be at most ${MAX_ARTIFACT_BYTES} bytes.`)
  return sizeBytes
}

/** The SHA-256 that the uploader names, as lower-case hex; null when none is named. */
export function namedDigestOf(c: Context<AppEnv>): string | null {
  for (const name of ['Repr-Digest', 'Content-Digest']) {
    const header = c.req.header(name)
    if (header === undefined) continue
    const digest = parseContentDigest(header)
    if (digest === 'malformed') throw invalidInput(name, 'must be like sha-256=:<base64>:')
    if (digest !== 'other_algorithm') return digest
  }
  return null
}

const CONTENT_TYPE_SHAPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]{1,64}=(?:[\w!#$&^.+-]{1,128}|"[^"\\\p{Cc}]{0,128}"))*$/u

function contentTypeOf(c: Context<AppEnv>): string {
  const text = c.req.header('Content-Type')?.trim() || 'application/octet-stream'
  if (!isContentType(text)) throw invalidInput('Content-Type', CONTENT_TYPE_RULE)
  return text
}

export const CONTENT_TYPE_RULE = 'must be a media type like text/plain; charset=utf-8'

export function isContentType(text: string): boolean {
  return text.length <= 255 && CONTENT_TYPE_SHAPE.test(text)
}

/** `header` is the one that named the digest. */
export function digestMismatch(header: 'Repr-Digest' | 'Content-Digest'): AppError {
  const message = 'does not match the bytes that were sent'
  return new AppError('digest_mismatch', `${header}: ${message}`, { problems: [{ path: header, message }] })
}

/** `remedy` is what to send to have them replaced. */
export function otherBytes(remedy: string): AppError {
  return new AppError('other_bytes', `path: this build has other bytes there; send ${remedy} to replace them`)
}

/** What says nothing of the format: no type (`curl -T`), a form's (`curl -d`), any bytes. */
const TYPES_OF_ANYTHING = ['', 'application/x-www-form-urlencoded', 'application/octet-stream']

/** How to read a body of this Content-Type. Asked for before the body is read: it may be long. */
function testParserFor(c: Context<AppEnv>): (text: string) => readonly TestResult[] | Promise<readonly TestResult[]> {
  const type = c.req.header('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json') return jsonTestResultsOf
  if (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml')) return junitTestResultsOf
  if (TYPES_OF_ANYTHING.includes(type)) return testResultsByContentOf
  throw neitherFormat()
}

function testResultsByContentOf(text: string): readonly TestResult[] {
  const first = /\S/.exec(text)?.[0]
  if (first === '<') return junitTestResultsOf(text)
  if (first === '{' || first === '[') return jsonTestResultsOf(text)
  throw neitherFormat()
}

function neitherFormat(): AppError {
  return new AppError('unsupported_media_type', 'Content-Type: must be application/xml (JUnit) or application/json')
}

function jsonTestResultsOf(text: string): readonly TestResult[] {
  const parsed = parseTestResultsJson(jsonOf(text))
  if (parsed.ok) return parsed.results
  const [first] = parsed.problems
  throw new AppError('invalid_input', first ? `${first.path}: ${first.message}` : undefined, {
    problems: parsed.problems,
  })
}

function junitTestResultsOf(text: string): readonly TestResult[] {
  const parsed = parseJUnit(text)
  if (parsed.ok) return parsed.results
  throw invalidInput('', `The body is not JUnit XML: ${parsed.problem}`)
}
