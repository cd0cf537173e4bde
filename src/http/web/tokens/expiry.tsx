import { DAY_MS } from '../../../domain/day.ts'
import { parseDay } from '../../../domain/formats/rfc3339.ts'
import { Field, fieldAttributes } from '../parts/form-parts.tsx'

/** How long a token may live, as the form offers it. */
const LIVES = {
  '7': { text: '7 days', ms: 7 * DAY_MS },
  '30': { text: '30 days', ms: 30 * DAY_MS },
  '90': { text: '90 days', ms: 90 * DAY_MS },
  '365': { text: '1 year', ms: 365 * DAY_MS },
} as const

export type Life = keyof typeof LIVES | 'never' | 'date'

export type Expiry =
  | { readonly ok: true; readonly expiresAt: number | null }
  | { readonly ok: false; readonly rule: string }

/** When the token ends, by what was chosen. A day ends when it does in UTC. */
export function parseExpiry(form: URLSearchParams, now: number): Expiry {
  const life = form.get('expiry') ?? ''
  if (life === 'never') return { ok: true, expiresAt: null }
  if (Object.hasOwn(LIVES, life)) return { ok: true, expiresAt: now + LIVES[life as keyof typeof LIVES].ms }
  if (life !== 'date') return { ok: false, rule: 'Choose when the token expires.' }
  const begin = parseDay(form.get('expiry_date') ?? '')
  if (begin === null) return { ok: false, rule: 'Choose the day on which the token expires.' }
  const at = begin + DAY_MS - 1
  return at > now ? { ok: true, expiresAt: at } : { ok: false, rule: 'Choose a day that is still to come.' }
}

/** Choosing an end, with `usual` chosen to begin with. */
export function ExpiryField(props: { usual: Life; now: number; form: URLSearchParams; error: string | undefined }) {
  const { usual, now, form, error } = props
  const chosen = form.get('expiry') ?? usual
  const [lifeError, dayError] = chosen === 'date' ? [undefined, error] : [error, undefined]
  const option = (life: Life, text: string) => (
    <option value={life} selected={life === chosen}>
      {text}
    </option>
  )
  return (
    <div class="expiry">
      <Field name="expiry" label="Expires" error={lifeError}>
        <select {...fieldAttributes('expiry', { error: lifeError })}>
          {Object.entries(LIVES).map(([life, { text, ms }]) =>
            option(life as Life, `In ${text}, on ${dayText(now + ms)}`),
          )}
          {option('date', 'On another day')}
          {option('never', 'No expiry')}
        </select>
      </Field>
      <Field name="expiry_date" label="Last day" error={dayError}>
        <input
          type="date"
          {...fieldAttributes('expiry_date', { error: dayError })}
          value={form.get('expiry_date') ?? ''}
          min={new Date(now).toISOString().slice(0, 10)}
        />
      </Field>
    </div>
  )
}

function dayText(at: number): string {
  return new Date(at).toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' })
}
