import { DAY_MS } from '../../../domain/day.ts'
import { parseDay } from '../../../domain/formats/rfc3339.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { MAX_MUTE_DAYS, MAX_MUTE_REASON_LENGTH, type Mute } from '../../../domain/tests/named-test.ts'
import type { Muting } from '../../../storage/tests/answers/test-mutes.ts'
import { Field, Form, fieldAttributes, HiddenNote } from '../parts/form-parts.tsx'

const USUAL_DAYS = 14

/** What is filled in, as it is. */
export type MuteTexts = { readonly reason: string; readonly until: string }
export type MuteErrors = Partial<Record<keyof MuteTexts, string>>

export function muteTextsIn(form: URLSearchParams): MuteTexts {
  return { reason: (form.get('reason') ?? '').trim(), until: (form.get('until') ?? '').trim() }
}

/** What the form begins with. */
export function muteTextsOf(mute: Mute | null, now: number): MuteTexts {
  return { reason: mute?.reason ?? '', until: dayOf(mute?.until ?? now + USUAL_DAYS * DAY_MS) }
}

/** What was filled in, or what is wrong with it. A day ends when it does in UTC. */
export function parseMuting({ reason, until }: MuteTexts, now: number): Muting | { readonly errors: MuteErrors } {
  const begin = parseDay(until)
  const at = begin === null ? null : begin + DAY_MS - 1
  const untilError =
    at === null
      ? 'Choose the day on which it ends.'
      : at <= now
        ? 'Choose a day that is still to come.'
        : at > now + MAX_MUTE_DAYS * DAY_MS
          ? `Choose a day up to ${dayOf(lastDay(now))}: a test can be muted for ${MAX_MUTE_DAYS} days at most.`
          : null
  const reasonError =
    reason === ''
      ? 'Say why, so that others know what to wait for.'
      : reason.length > MAX_MUTE_REASON_LENGTH
        ? `Use at most ${MAX_MUTE_REASON_LENGTH} characters.`
        : /\p{Cc}/u.test(reason)
          ? 'Write it in one line, without control characters.'
          : null
  if (at !== null && untilError === null && reasonError === null) return { reason, until: at }
  return { errors: { ...(reasonError ? { reason: reasonError } : {}), ...(untilError ? { until: untilError } : {}) } }
}

/** The last day whose end is not too far away. */
function lastDay(now: number): number {
  return now + (MAX_MUTE_DAYS - 1) * DAY_MS
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

type MuteFormProps = {
  readonly viewer: Viewer
  readonly action: string
  readonly texts: MuteTexts
  readonly errors: MuteErrors
  readonly button: string
  readonly now: number
}

export function MuteForm({ viewer, action, texts, errors, button, now }: MuteFormProps) {
  return (
    <Form viewer={viewer} action={action} class="more">
      <Field name="reason" label="Reason" error={errors.reason} hint="For example the ticket in which it is mended.">
        <input
          type="text"
          {...fieldAttributes('reason', { error: errors.reason, hint: true })}
          value={texts.reason}
          maxlength={MAX_MUTE_REASON_LENGTH}
          required
        />
        <HiddenNote text={texts.reason} />
      </Field>
      <Field name="until" label="Last day" error={errors.until} hint={`At most ${MAX_MUTE_DAYS} days from now.`}>
        <input
          type="date"
          {...fieldAttributes('until', { error: errors.until, hint: true })}
          value={texts.until}
          min={dayOf(now)}
          max={dayOf(lastDay(now))}
          required
        />
      </Field>
      <div class="actions">
        <button type="submit" class="button primary">
          {button}
        </button>
      </div>
    </Form>
  )
}
