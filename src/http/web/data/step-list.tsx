import type { Child } from 'hono/jsx'
import type { BranchStatus } from '../../../domain/builds/badge.ts'
import { parseReportedStatus, type Step, type StepAction } from '../../../domain/builds/build.ts'
import { classOf } from '../../../domain/builds/workflow-run.ts'
import type { StepLog } from '../../../storage/logs/step-logs.ts'
import { STATUS_WORD, Status, StatusMark } from '../parts/status.tsx'
import { countText, durationText } from './measures.ts'

const MAX_STEPS = 200
const MAX_ACTIONS = 50
const MAX_COMMAND = 2_000

type StepListProps = {
  readonly steps: readonly Step[]
  readonly logs: readonly StepLog[]
  /** The page of the log of a step. */
  readonly addressOf: (step: number) => string
}

/** What a build did, step by step, and which of it has a log; what failed is unfolded. */
export function StepList({ steps, logs, addressOf }: StepListProps) {
  const rest = steps.length - MAX_STEPS
  return (
    <>
      <ol class="card">
        {steps.slice(0, MAX_STEPS).map((step, index) => (
          <StepItem step={step} id={`step-${index}`}>
            <LogLink name={step.name} logs={logs.filter((log) => log.step === index)} address={addressOf(index)} />
          </StepItem>
        ))}
      </ol>
      {rest > 0 && <p class="rest muted small-text">And {countText(rest, 'more step')}, which the API has.</p>}
    </>
  )
}

/** Of a step that has none, nothing. */
function LogLink({ name, logs, address }: { name: string; logs: readonly StepLog[]; address: string }) {
  if (logs.length === 0) return null
  const href = logs.some(({ stream }) => stream === 'stdout') ? address : `${address}?stream=stderr`
  return (
    <a class="button small step-log" href={href}>
      Log<span class="unseen"> of {name}</span>
    </a>
  )
}

/** `children` is the link to its log. */
function StepItem({ step, id, children }: { step: Step; id: string; children?: Child }) {
  const { name, actions } = step
  const status = stepStatusOf(step)
  const ms = stepTimeOf(step)
  const rest = actions.length - MAX_ACTIONS
  const line = (
    <>
      <span class={`status ${classOf(status)}`}>
        <StatusMark class={classOf(status)} />
        {classOf(status) === 'green' && <span class="unseen">{STATUS_WORD[status]}:</span>}
      </span>
      <span class="line-name">{name}</span>
      {classOf(status) !== 'green' && <span class={`status ${classOf(status)}`}>{STATUS_WORD[status]}</span>}
      <span class="line-end">{ms !== null && durationText(ms)}</span>
    </>
  )
  if (!actions.some((action) => hasDetail(action, name)))
    return (
      <li class="step">
        <div class="line">{line}</div>
        {children}
      </li>
    )
  return (
    <li class="step">
      <details id={id} open={classOf(status) === 'red'}>
        <summary class="line">{line}</summary>
        {actions.slice(0, MAX_ACTIONS).map((action) => (
          <Action action={action} isOnly={actions.length === 1} />
        ))}
        {rest > 0 && <p class="rest muted small-text">And {countText(rest, 'more action')}, which the API has.</p>}
      </details>
      {/* Beside what folds, since a link within that would be a control in a control. */}
      {children}
    </li>
  )
}

function Action({ action, isOnly }: { action: StepAction; isOnly: boolean }) {
  const { bash_command: command, exit_code: exitCode, run_time_millis: ms } = action
  return (
    <div class="folded">
      {!isOnly && (
        <p class="line">
          <Status status={statusOf(action)} mark />
          <span class="line-name">{action.name}</span>
          <span class="line-end">{ms !== null && durationText(ms)}</span>
        </p>
      )}
      {command !== null && (
        <pre class="output">
          <code>{cut(command)}</code>
        </pre>
      )}
      {exitCode !== null && <p class="muted">Exit code {exitCode}</p>}
    </div>
  )
}

/** Whether there is more to say of it than the step's line does. */
function hasDetail({ name, bash_command: command, exit_code: exitCode }: StepAction, stepName: string): boolean {
  return command !== null || (exitCode !== null && exitCode !== 0) || name !== stepName
}

/** CI systems have words of their own for actions; one that we do not know is shown as neither good nor bad. */
function statusOf({ status }: StepAction): BranchStatus {
  return parseReportedStatus(status) ?? 'not_run'
}

const WORST_FIRST = ['red', 'blue', 'waiting', 'stopped', 'green'] as const

/** The worst of its actions. */
export function stepStatusOf({ actions }: Step): BranchStatus {
  const statuses = actions.map(statusOf)
  for (const group of WORST_FIRST) {
    const found = statuses.find((status) => classOf(status) === group)
    if (found) return found
  }
  return 'not_run'
}

/** How long its actions took together, in milliseconds; null where none says so. */
export function stepTimeOf({ actions }: Step): number | null {
  const times = actions.flatMap((action) => action.run_time_millis ?? [])
  return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0)
}

function cut(text: string): string {
  return text.length > MAX_COMMAND ? `${text.slice(0, MAX_COMMAND).toWellFormed()}…` : text
}
