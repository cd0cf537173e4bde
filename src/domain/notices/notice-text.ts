import { visibleLine } from '../formats/visible-text.ts'
import type { FailedJob, NamedToken, NoticeFacts } from './notice.ts'

/** A notice in words: plain text, with the path of the page that has the reason. */
export type NoticeText = { readonly title: string; readonly lines: readonly string[]; readonly path: string }

/** What a notice says. `slug` is that of its project; null where it is of none. */
export function noticeText(facts: NoticeFacts, slug: string | null): NoticeText {
  const { title, lines, path } = wordsOf(facts, slug ?? '')
  return { title: visibleLine(title), lines: lines.filter((line) => line !== '').map(visibleLine), path }
}

function wordsOf(facts: NoticeFacts, slug: string): NoticeText {
  const ofProject = slug === '' ? '' : ` of ${slug}`
  switch (facts.kind) {
    case 'branch.broken':
      return {
        title: `${facts.branch}${ofProject} broke`,
        lines: [...failedLines(facts), byLine(facts)],
        path: pathOfFailure(slug, facts),
      }
    case 'branch.fixed':
      return {
        title: `${facts.branch}${ofProject} is fixed`,
        lines: [`Pipeline ${facts.pipeline} passed.`, byLine(facts)],
        path: `/${slug}?pipeline=${facts.pipeline}`,
      }
    case 'pipeline.ended':
      return {
        title: `Your pipeline ${facts.pipeline}${ofProject}${facts.branch === null ? '' : ` on ${facts.branch}`}: ${facts.status.replaceAll('_', ' ')}`,
        lines: failedLines(facts),
        path: pathOfFailure(slug, facts),
      }
    case 'test.failing': {
      const { tests, more, branch } = facts
      const count = tests.length + more
      const [only] = tests
      return {
        title: `${count === 1 ? 'A test fails' : `${count} tests fail`} anew on ${branch}${ofProject}`,
        lines: [...tests.map(({ name }) => name), more > 0 ? `and ${more} more` : ''],
        path: count === 1 && only ? `/${slug}/tests/${only.id}` : `/${slug}?pipeline=${facts.pipeline}`,
      }
    }
    case 'test.flaky':
      return {
        title: `A test${ofProject} is flaky: ${facts.test.name}`,
        lines: [`It failed in ${facts.failed} of its last ${facts.runs} runs.`],
        path: `/${slug}/tests/${facts.test.id}`,
      }
    case 'report.warnings':
      return {
        title: `Test reports of ${facts.build.job}${ofProject} have ${facts.count === 1 ? 'a warning' : `${facts.count} warnings`}`,
        lines: [facts.first],
        path: `/${slug}/${facts.build.num}`,
      }
    case 'token.expiring':
      return {
        title: `${nameOf(facts.token, ofProject)} ends ${facts.days === 1 ? 'within a day' : `in ${facts.days} days or sooner`}`,
        lines: [`It ends on ${new Date(facts.expiresAt).toISOString()}. Its page makes its successor.`],
        path: tokenPath(facts.token, slug),
      }
    case 'token.unused':
      return {
        title: `${nameOf(facts.token, ofProject)} is about to end, since nobody uses it`,
        lines: [
          `The policy of this instance ends tokens that are unused for ${facts.unusedDays} days: this one on ${dayOf(facts.endsAt)}.`,
        ],
        path: tokenPath(facts.token, slug),
      }
    case 'token.expired_used':
      return {
        title: `${nameOf(facts.token, ofProject)} has ended, and somebody still uses it`,
        lines: [facts.from === null ? '' : `Last tried from ${facts.from}.`],
        path: tokenPath(facts.token, slug),
      }
    case 'token.leaked':
      return leakText(facts, slug, ofProject)
    case 'receiver.paused':
      return {
        title: `${facts.receiver.name}${ofProject} has not answered for a day, and is paused`,
        lines: [facts.problem, 'Nothing is sent to it until an admin resumes it.'],
        path: `/${slug}/settings/notices`,
      }
    case 'share.losing':
      return {
        title: `A shared file${ofProject} is about to be deleted: ${facts.path}`,
        lines: [`Retention may delete it from ${dayOf(facts.at)} on; its share link lives longer.`],
        path: `/${slug}/${facts.build}`,
      }
    case 'test':
      return { title: `A try${ofProject}`, lines: ['An admin asked for it: notices arrive here.'], path: `/${slug}` }
  }
}

function leakText(
  { token, hasEnded, hasSuccessor }: Extract<NoticeFacts, { kind: 'token.leaked' }>,
  slug: string,
  ofProject: string,
): NoticeText {
  const name = nameOf(token, ofProject)
  if (!hasEnded)
    return {
      title: `${name} was found in public`,
      lines: [
        'It opens statuses alone and is meant to stand in URLs, so it goes on. Delete it if it should not be there.',
      ],
      path: tokenPath(token, slug),
    }
  return {
    title: `${name} was found in public, and is ended`,
    lines: [hasSuccessor ? 'Its successor waits: an admin has it shown once.' : 'Make another where it was used.'],
    path: token.kind === 'project' ? `/${slug}/settings/api` : tokensPath(token),
  }
}

/** "The personal token "laptop"". */
function nameOf({ kind, label }: NamedToken, ofProject: string): string {
  return kind === 'project' ? `The token “${label}”${ofProject}` : `The ${kind} token “${label}”`
}

function tokenPath(token: NamedToken, slug: string): string {
  return `${token.kind === 'project' ? `/${slug}/settings/api` : tokensPath(token)}/${token.id}`
}

function tokensPath({ kind }: NamedToken): string {
  return kind === 'organization' ? '/account/organizations' : '/account/api'
}

type Failure = { readonly pipeline: number; readonly failed: readonly FailedJob[]; readonly tests: string }

function failedLines({ failed, tests }: Failure): readonly string[] {
  const jobs = failed.map(({ job, num }) => `${job} (${num})`).join(', ')
  return [jobs === '' ? '' : `Failed: ${jobs}`, tests]
}

/** The page of the first failed build says why; without one, the list of the pipeline. */
function pathOfFailure(slug: string, { failed: [first], pipeline }: Failure): string {
  return first ? `/${slug}/${first.num}` : `/${slug}?pipeline=${pipeline}`
}

function byLine({ by }: { readonly by: string | null }): string {
  return by === null ? '' : `By ${by}`
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
