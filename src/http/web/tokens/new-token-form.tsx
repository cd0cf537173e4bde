import type { Child } from 'hono/jsx'
import type { Token } from '../../../domain/access/token.ts'
import { MAX_LABEL_LENGTH } from '../../../domain/label.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { FORM_ID, newFormId } from '../frame/form-id.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { ExpiryField, type Life } from './expiry.tsx'
import { type LimitErrors, LimitsFields } from './limits-fields.tsx'

/** Asks for a new token: what it is called, when it ends and what limits it, after `children`; sent to the list, to which Cancel leads too. */
export function NewTokenForm(props: {
  viewer: Viewer
  list: string
  form: URLSearchParams
  kind: Token['kind']
  errors: { readonly label?: string; readonly expiry?: string; readonly limits?: LimitErrors } | undefined
  label: { readonly text: string; readonly hint: string }
  usual: Life
  now: number
  button: string
  children?: Child
}) {
  const { viewer, list, form, kind, errors, label, usual, now, button, children } = props
  return (
    <Form viewer={viewer} action={list}>
      <input type="hidden" name={FORM_ID} value={form.get(FORM_ID) ?? newFormId()} />
      {children}
      <Field name="label" label={label.text} error={errors?.label} hint={label.hint}>
        <input
          type="text"
          {...fieldAttributes('label', { error: errors?.label, hint: true })}
          value={form.get('label') ?? ''}
          maxlength={MAX_LABEL_LENGTH}
          required
          autocomplete="off"
        />
      </Field>
      <ExpiryField usual={usual} now={now} form={form} error={errors?.expiry} />
      <LimitsFields kind={kind} form={form} errors={errors?.limits} />
      <div class="actions">
        <button type="submit" class="button primary">
          {button}
        </button>
        <a class="button" href={list}>
          Cancel
        </a>
      </div>
    </Form>
  )
}
