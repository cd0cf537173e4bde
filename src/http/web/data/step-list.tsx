import type { BranchStatus } from '../../../domain/builds/badge.ts'
import { parseReportedStatus, type Step, type StepAction } from '../../../domain/builds/build.ts'
import { classOf } from '../../../domain/builds/workflow-run.ts'
import { STATUS_WORD, Status, StatusMark } from '../parts/status.tsx'
import { countText, durationText } from './measures.ts'

const MAX_STEPS = 200
const MAX_ACTIONS = 50
const MAX_COMMAND = 2_000

/** What a build did, step by step; what failed is unfolded. */
export function StepList({ steps }: { steps: readonly Step[] }) {
  const rest = steps.length - MAX_STEPS
  return (
    <>
      <ol class="card">
        {steps.slice(0, MAX_STEPS).map((step, index) => (
          <StepItem step={step} id={`step-${index}`} />
        ))}
      </ol>
      {rest > 0 && <p class="rest muted small-text">And {countText(rest, 'more step')}, which the API has.</p>}
    </>
  )
}

function StepItem({ step, id }: { step: Step; id: string }) {
  const { name, actions } = step
  const status = worstOf(actions)
  const ms = sumOf(actions)
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
  if (!actions.some((action) => hasDetail(action, name))) return <li class="line">{line}</li>
  return (
    <li>
      <details id={id} open={classOf(status) === 'red'}>
        <summary class="line">{line}</summary>
        {actions.slice(0, MAX_ACTIONS).map((action) => (
          <Action action={action} isOnly={actions.length === 1} />
        ))}
        {rest > 0 && <p class="rest muted small-text">And {countText(rest, 'more action')}, which the API has.</p>}
      </details>
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

function worstOf(actions: readonly StepAction[]): BranchStatus {
  const statuses = actions.map(statusOf)
  for (const group of WORST_FIRST) {
    const found = statuses.find((status) => classOf(status) === group)
    if (found) return found
  }
  return 'not_run'
}

function sumOf(actions: readonly StepAction[]): number | null {
  const times = actions.flatMap((action) => action.run_time_millis ?? [])
  return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0)
}

function cut(text: string): string {
  return text.length > MAX_COMMAND ? `${text.slice(0, MAX_COMMAND).toWellFormed()}…` : text
}
