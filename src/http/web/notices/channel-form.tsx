import { channelFor, type Listener } from '../../../domain/notices/dispatch-target.ts'
import { CHANNEL_KINDS, NOTICES, USUAL_CHANNEL_KINDS } from '../../../domain/notices/notice.ts'
import { type AllowedHosts, outboundUrlProblem } from '../../../domain/notices/outbound-url.ts'
import { mintListenerSecret } from '../../../domain/notices/standard-webhook.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { FORM_ID, newFormId } from '../frame/form-id.ts'
import { Field, Form, fieldAttributes, HiddenNote } from '../parts/form-parts.tsx'
import { CHANNELS, type ChannelKind } from './channel-words.ts'

const MAX_NAME_LENGTH = 100
const MAX_URL_LENGTH = 2_048
const KINDS = Object.keys(CHANNELS) as ChannelKind[]

export type ChannelErrors = Partial<Record<'kind' | 'url' | 'name' | 'notices', string>>
type Parsed = { readonly listener: Listener; readonly secret: string }

/** What was filled in: the channel and its secret, which is the address where that lets everybody post. */
export function parseChannel(
  form: URLSearchParams,
  allowed: AllowedHosts,
): Parsed | { readonly errors: ChannelErrors } {
  const kind = kindIn(form)
  const url = (form.get('url') ?? '').trim()
  const name = (form.get('name') ?? '').trim()
  const notices = noticesIn(form)
  const urlProblem = url === '' ? 'is missing' : outboundUrlProblem(url, allowed)
  const isGoodName = [...name].length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(name) && name.isWellFormed()
  const errors: ChannelErrors = {
    ...(kind ? {} : { kind: 'Choose what kind of channel it is.' }),
    ...(urlProblem === null ? {} : { url: `The address ${urlProblem}.` }),
    ...(isGoodName ? {} : { name: `Use at most ${MAX_NAME_LENGTH} characters, without control characters.` }),
    ...(notices.length > 0 ? {} : { notices: 'Choose at least one.' }),
  }
  if (!kind || Object.keys(errors).length > 0) return { errors }
  if (kind === 'webhook') return { listener: { kind, url, notices }, secret: mintListenerSecret() }
  return { listener: channelFor(kind, url, { name: name === '' ? undefined : name, notices }), secret: url }
}

function kindIn(form: URLSearchParams): ChannelKind | null {
  return KINDS.find((kind) => kind === form.get('kind')) ?? null
}

function noticesIn(form: URLSearchParams) {
  const chosen = form.getAll('notices')
  return CHANNEL_KINDS.filter((kind) => chosen.includes(kind))
}

type Props = {
  readonly viewer: Viewer
  readonly action: string
  readonly back: string
  readonly form: URLSearchParams
  readonly errors: ChannelErrors | undefined
}

export function ChannelForm({ viewer, action, back, form, errors }: Props) {
  const kind = kindIn(form)
  const notices = form.has(FORM_ID) ? noticesIn(form) : USUAL_CHANNEL_KINDS
  const name = form.get('name') ?? ''
  return (
    <Form viewer={viewer} action={action}>
      <input type="hidden" name={FORM_ID} value={form.get(FORM_ID) ?? newFormId()} />
      <Field name="kind" label="Kind" error={errors?.kind} hint={<KindHints />}>
        <select {...fieldAttributes('kind', { error: errors?.kind, hint: true })}>
          {KINDS.map((one) => (
            <option value={one} selected={one === kind}>
              {CHANNELS[one].name}
            </option>
          ))}
        </select>
      </Field>
      <Field
        name="url"
        label="Address"
        error={errors?.url}
        hint="Of Slack and Teams it is a secret: kept sealed, never shown again but for its host."
      >
        {/* Of a chat it is a secret, which has no business in a second page. */}
        <input
          type="url"
          {...fieldAttributes('url', { error: errors?.url, hint: true })}
          value={kind === 'webhook' ? (form.get('url') ?? '') : ''}
          maxlength={MAX_URL_LENGTH}
          placeholder="https://"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          required
        />
      </Field>
      <Field
        name="name"
        label="Name (optional)"
        error={errors?.name}
        hint="As people call the channel, like #builds. A signed webhook goes by its host."
      >
        <input
          type="text"
          {...fieldAttributes('name', { error: errors?.name, hint: true })}
          value={name}
          maxlength={MAX_NAME_LENGTH}
          autocomplete="off"
        />
        <HiddenNote text={name} />
      </Field>
      <fieldset class={errors?.notices ? 'field bad' : 'field'} aria-describedby={errors?.notices && 'notices-error'}>
        <legend>It is told when</legend>
        {errors?.notices && (
          <p class="field-error" id="notices-error">
            {errors.notices}
          </p>
        )}
        {CHANNEL_KINDS.map((one) => (
          <label class="choice">
            <input type="checkbox" name="notices" value={one} checked={notices.includes(one)} />
            {NOTICES[one].name}
          </label>
        ))}
      </fieldset>
      <div class="actions">
        <button type="submit" class="button primary">
          Add channel
        </button>
        <a class="button" href={back}>
          Cancel
        </a>
      </div>
    </Form>
  )
}

function KindHints() {
  return (
    <>
      {KINDS.map((kind) => (
        <span class="details">
          <strong>{CHANNELS[kind].name}:</strong> {CHANNELS[kind].hint}
        </span>
      ))}
    </>
  )
}
