import { AppError, invalidInput } from '../../domain/error.ts'
import { visibleLine } from '../../domain/formats/visible-text.ts'
import { clipped } from '../../domain/tests/test-result.ts'
import type { Found, FoundText } from './answer.ts'
import type { Asker } from './asker.ts'
import { isFailedOutcome, type Job } from './lists.ts'

type Input = {
  readonly job_id: string
  readonly step_num?: number | undefined
  readonly execution?: number | undefined
  readonly tail: boolean
}
type Step = Job['attributes']['parallel_executions'][number]['steps'][number]
type Place = { readonly step: Step; readonly execution: number }

/** The most steps of which one answer shows the log. */
const MAX_STEPS = 3
const TAIL = 'bytes=-24000'
const STDERR_HEAD = 'bytes=0-999'

/** What the steps that failed printed, or the one that was asked for. */
export async function jobLogs(asker: Asker, { job_id, step_num, execution, tail }: Input): Promise<Found> {
  const { data } = await asker.api.json<{ data: Job }>(`/api/v3/jobs/${job_id}`)
  const places = placesIn(data)
  if (places.length === 0) return { said: ['This job has told of no step, so nothing of what it printed is here.'] }
  if (execution !== undefined && step_num === undefined) throw invalidInput('execution', 'must stand beside step_num')
  const isAsked = ({ step, execution: at }: Place) => step.num === step_num && at === (execution ?? 0)
  const asked = step_num === undefined ? null : places.filter(isAsked)
  if (asked?.length === 0) throw new AppError('step_not_found')
  const wanted = asked ?? tellingOnes(places)
  const texts = await Promise.all(wanted.slice(0, MAX_STEPS).map((place) => logTexts(asker, job_id, place, tail)))
  const more = wanted.length - MAX_STEPS
  return {
    said: [
      tail ? 'The last lines as they are.' : 'Only the lines that matter; tail: true gives the last ones as they are.',
      ...(more > 0 ? [`${more} more are like these: get_job lists them, step_num and execution choose one.`] : []),
      ...(!places.some(isFailed) && !asked
        ? ['No step is known to have failed: these were stopped, run now, or are the last ones.']
        : []),
    ],
    texts: texts.flat(),
  }
}

/**
 * The steps that tell why: those that failed, and those that were stopped, died without a word, or run, in their order; of
 * each kind one at least is among the first. Where none failed, behind them the last of the others, as far as there is room.
 */
function tellingOnes(places: readonly Place[]): readonly Place[] {
  // Of a step that ran in several executions the one that failed.
  const chosen = withOwnLogs([...places.filter(isFailed), ...places.filter(isStopped)])
  const telling = places.filter((place) => chosen.includes(place))
  if (!telling.some(isFailed)) {
    const ran = places.filter(({ step }) => step.outcome !== 'not_run')
    const others = withOwnLogs(ran.length > 0 ? ran : places).filter(
      (place) => !telling.some((one) => isSameStep(one, place)),
    )
    const room = Math.max(0, MAX_STEPS - telling.length)
    return [...telling, ...others.slice(Math.max(0, others.length - room))]
  }
  const first = telling.slice(0, MAX_STEPS)
  const missing = [isFailed, isStopped].flatMap((is) => (first.some(is) ? [] : (telling.find(is) ?? [])))
  const kept = [...first.slice(0, MAX_STEPS - missing.length), ...missing]
  return [...kept, ...telling.filter((place) => !kept.includes(place))]
}

function isFailed({ step }: Place): boolean {
  return isFailedOutcome(step.outcome)
}

/** How steps went is not for every token. */
function isStopped({ step: { phase, outcome } }: Place): boolean {
  if (phase !== 'ended') return phase === 'started'
  return outcome === undefined || outcome === 'canceled'
}

/** How it went, where that is known. */
function howOf({ phase, outcome }: Step): string {
  // One that is not ours is the reporter's word.
  if (outcome !== undefined) return `, ${clipped(visibleLine(outcome), 50)}`
  if (phase === 'ended') return ', ended without telling how'
  return phase === 'started' ? ', runs' : ''
}

function placesIn({ attributes }: Job): readonly Place[] {
  return attributes.parallel_executions.flatMap(({ steps }, execution) => steps.map((step) => ({ step, execution })))
}

/** Of a step that ran in several executions the first: what they printed is one log. */
function withOwnLogs(places: readonly Place[]): readonly Place[] {
  return places.filter((place, i) => places.findIndex((one) => isSameStep(one, place)) === i)
}

function isSameStep({ step: one }: Place, { step: other }: Place): boolean {
  return one.num === other.num && one.name === other.name
}

/** It may have printed what was not sent: nobody here knows. */
const NO_OUTPUT = '(no output of it is here)'

async function logTexts(
  { api }: Asker,
  jobId: string,
  { step, execution }: Place,
  tail: boolean,
): Promise<readonly FoundText[]> {
  const query = new URLSearchParams({ 'filter[execution]': String(execution), 'filter[step_num]': String(step.num) })
  const read = async (stream: 'stdout' | 'stderr') =>
    api.text(`/api/v3/jobs/${jobId}/${stream}${tail ? '' : '/condensed'}?${query}`, tail ? TAIL : undefined)
  const [stdout, stderr] = await Promise.all([read('stdout'), read('stderr')])
  const code = step.exit_code === undefined ? '' : `, exit code ${step.exit_code}`
  // The name of a step is the reporter's: it stands with the text, where nothing is believed.
  const heading = `step ${step.num} ${JSON.stringify(clipped(visibleLine(step.name), 200))}${howOf(step)}${code}, execution ${execution}`
  const keep = tail ? 'tail' : 'ends'
  const texts: FoundText[] = []
  if (stdout.text || !stderr.text) texts.push({ heading, keep, ...stdout, text: stdout.text || NO_OUTPUT })
  if (stderr.text && !tail) {
    // A program that says why in words that nobody knows says it first.
    const { text } = await api.text(`/api/v3/jobs/${jobId}/stderr?${query}`, STDERR_HEAD)
    texts.push({ heading: `${heading}, how stderr begins`, text, keep: 'ends' })
  }
  if (stderr.text) texts.push({ heading: `${heading}, stderr`, keep, ...stderr })
  return texts
}
