import { SCOPES } from '../../../domain/access/scope.ts'
import { DAY_MS } from '../../../domain/day.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { OnLeak, Slug } from '../../../domain/project.ts'
import type { Successor } from '../../../storage/tokens/successors.ts'
import { FORM_ID, newFormId } from '../frame/form-id.ts'
import { Form } from '../parts/form-parts.tsx'
import { DataTable, Time } from '../parts/parts.tsx'
import { LimitTags } from './limits-fields.tsx'

// A project token names no projects.
const NO_SLUGS: ReadonlyMap<string, Slug> = new Map()

type Props = {
  readonly viewer: Viewer
  readonly list: string
  readonly successors: readonly Successor[]
  readonly now: number
}

/** Successors of leaked tokens that wait for an admin, each with a button that makes it and shows it once. */
export function SuccessorList({ viewer, list, successors, now }: Props) {
  if (successors.length === 0) return null
  return (
    <section class="callout warn successors" aria-labelledby="successors">
      <h2 id="successors">Waiting to be shown</h2>
      <p class="muted">
        Tokens that were found in public are ended. Each of these takes the place of one: it is made when you show it,
        and shown once.
      </p>
      <DataTable
        caption="Successors of leaked tokens"
        columns={[
          { label: 'Label' },
          { label: 'Scope' },
          { label: 'Made for' },
          { label: 'Found' },
          { label: 'Actions', class: 'end', unlabelled: true },
        ]}
        rows={successors.map(({ id, label, scope, limits, lifeMs, createdAt }) => [
          <strong>{label}</strong>,
          <>
            {SCOPES[scope].name}
            <LimitTags limits={limits} slugs={NO_SLUGS} />
          </>,
          lifeMs === null ? 'without end' : `${Math.round(lifeMs / DAY_MS)} days`,
          <Time at={createdAt} now={now} />,
          <div class="actions">
            <Form viewer={viewer} action={`${list}/successors/${id}`}>
              <input type="hidden" name={FORM_ID} value={newFormId()} />
              <button type="submit" class="button small primary">
                Make and show<span class="unseen"> the successor of {label}</span>
              </button>
            </Form>
            <Form viewer={viewer} action={`${list}/successors/${id}/drop`}>
              <button type="submit" class="button small">
                Drop<span class="unseen"> the successor of {label}</span>
              </button>
            </Form>
          </div>,
        ])}
      />
    </section>
  )
}

/** What is to become of a token that somebody finds in public. */
export function OnLeakForm({ viewer, list, onLeak }: { viewer: Viewer; list: string; onLeak: OnLeak }) {
  return (
    <Form viewer={viewer} action={`${list}/on-leak`} class="callout on-leak">
      <fieldset>
        <legend>When a token of this project is found in public</legend>
        <label class="choice">
          <input type="radio" name="on_leak" value="end" checked={onLeak === 'end'} /> end it and tell the admins
        </label>
        <label class="choice">
          <input type="radio" name="on_leak" value="replace" checked={onLeak === 'replace'} /> and have a successor with
          its scope and limits wait here, to be shown once
        </label>
      </fieldset>
      <button type="submit" class="button">
        Save
      </button>
    </Form>
  )
}
