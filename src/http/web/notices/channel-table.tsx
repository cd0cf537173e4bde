import type { Child } from 'hono/jsx'
import { isStatusListener, type Listener, listenerName } from '../../../domain/notices/dispatch-target.ts'
import { NOTICES } from '../../../domain/notices/notice.ts'
import type { OutboxEntry } from '../../../domain/notices/outbox.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project } from '../../../domain/project.ts'
import type { StoredListener } from '../../../storage/notices/listeners.ts'
import { buildPath } from '../frame/paths.ts'
import { Form } from '../parts/form-parts.tsx'
import { DataTable, Time } from '../parts/parts.tsx'
import { EVENTS, RECEIVERS, STATES } from './channel-words.ts'

type Props = {
  readonly viewer: Viewer
  readonly listeners: readonly StoredListener[]
  readonly base: string
  readonly now: number
}

/** The listeners of a project: what each is told, how it does, and what can be done. */
export function ChannelTable({ viewer, listeners, base, now }: Props) {
  return (
    <DataTable
      caption="Channels and other receivers of this project"
      columns={[
        { label: 'Receiver' },
        { label: 'Told of', class: 'told-cell' },
        { label: 'State' },
        { label: 'Actions', class: 'end', unlabelled: true },
      ]}
      rows={listeners.map((stored) => [
        <>
          <strong>{listenerName(stored.listener)}</strong>
          <span class="muted small-text">
            {RECEIVERS[stored.listener.kind]}
            {placeOf(stored.listener)}
          </span>
        </>,
        <ToldOf listener={stored.listener} />,
        <State stored={stored} now={now} />,
        <Acts viewer={viewer} stored={stored} base={base} />,
      ])}
    />
  )
}

/** What is shown of where it is, beside its name. */
function placeOf(listener: Listener): string {
  switch (listener.kind) {
    case 'webhook':
      return `, ${listener.url}`
    case 'slack':
    case 'teams':
      return listener.name === listener.host ? '' : `, ${listener.host}`
    case 'github-status':
      return `, ${listener.apiUrl}, ${listener.context}`
    case 'gitlab-status':
      return `, ${listener.url}, ${listener.context}`
  }
}

function ToldOf({ listener }: { listener: Listener }) {
  if (isStatusListener(listener)) return <span>Starts and ends of builds</span>
  if (!listener.notices) return <span>Ends of builds and workflows</span>
  return (
    <ul>
      {listener.notices.map((kind) => (
        <li>{NOTICES[kind].name}</li>
      ))}
    </ul>
  )
}

function State({ stored, now }: { stored: StoredListener; now: number }) {
  const { failingSince, problem, pausedAt } = stored
  const why = problem !== null && <span class="muted small-text details">{problem}</span>
  if (pausedAt !== null)
    return (
      <div>
        <span class="tag bad">
          paused <Time at={pausedAt} now={now} />
        </span>
        {why}
      </div>
    )
  if (failingSince === null) return <span class="tag">no failures</span>
  return (
    <div>
      <span class="tag warn">
        failing since <Time at={failingSince} now={now} />
      </span>
      {why}
    </div>
  )
}

function Acts({ viewer, stored, base }: { viewer: Viewer; stored: StoredListener; base: string }) {
  const { id, listener, pausedAt } = stored
  const name = <span class="unseen"> {listenerName(listener)}</span>
  const hasNotices = 'notices' in listener && listener.notices !== undefined
  return (
    <div class="actions">
      {pausedAt !== null && (
        <Act viewer={viewer} action={`${base}/${id}/resume`}>
          Resume{name}
        </Act>
      )}
      {hasNotices && pausedAt === null && (
        <Act viewer={viewer} action={`${base}/${id}/try`}>
          Try{name}
        </Act>
      )}
      <a class="button small danger" href={`${base}/${id}/delete`}>
        Delete{name}
      </a>
    </div>
  )
}

function Act({ viewer, action, children }: { viewer: Viewer; action: string; children?: Child }) {
  return (
    <Form viewer={viewer} action={action}>
      <button type="submit" class="button small">
        {children}
      </button>
    </Form>
  )
}

/** What was sent for a project, the newest first. */
export function MessageTable(props: { project: Project; messages: readonly OutboxEntry[]; now: number }) {
  const { project, messages, now } = props
  return (
    <DataTable
      caption="Messages, newest first"
      columns={[{ label: 'When' }, { label: 'What' }, { label: 'To' }, { label: 'How it went' }]}
      rows={messages.map(({ createdAt, event, notice, buildNum, receiver, listener, state, attempts, problem }) => [
        <Time at={createdAt} now={now} />,
        <span>
          {notice === null ? EVENTS[event] : NOTICES[notice].name}
          {buildNum !== null && (
            <>
              {' '}
              <a href={buildPath(project, buildNum)}>#{buildNum}</a>
            </>
          )}
        </span>,
        <>
          {listener ? listenerName(listener) : RECEIVERS[receiver]}
          {listener && <span class="muted small-text details">{RECEIVERS[receiver]}</span>}
        </>,
        <div>
          <span class={`tag ${STATES[state].tone}`.trim()}>{STATES[state].word}</span>{' '}
          {attempts > 1 && <span class="muted small-text">after {attempts} attempts</span>}
          {problem !== null && state !== 'delivered' && <span class="muted small-text details">{problem}</span>}
        </div>,
      ])}
    />
  )
}
