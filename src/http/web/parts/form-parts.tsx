import type { Child } from 'hono/jsx'
import { hasHidden } from '../../../domain/formats/visible-text.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { FORM_TOKEN } from '../frame/form.ts'

/** A form that changes something: always POST, always with the session's form token. */
export function Form(props: { viewer: Viewer; action: string; class?: string; id?: string; children?: Child }) {
  return (
    <form method="post" action={props.action} class={props.class} id={props.id}>
      <input type="hidden" name={FORM_TOKEN} value={props.viewer.formToken} />
      {props.children}
    </form>
  )
}

/** What a field holds, where a browser would not show all of it: there the page writes it out. */
export function HiddenNote({ text }: { text: string }) {
  return hasHidden(text) ? <p class="hint">It holds characters that a field does not show: {text}</p> : null
}

/** A label, its control (whose id is `name`), a hint, and what is wrong with what was filled in. */
export function Field(props: {
  name: string
  label: string
  hint?: Child
  error?: string | undefined
  children?: Child
}) {
  const { name, label, hint, error, children } = props
  return (
    <div class={error ? 'field bad' : 'field'}>
      <label for={name}>{label}</label>
      {children}
      {error && (
        <p class="field-error" id={`${name}-error`}>
          {error}
        </p>
      )}
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** The attributes by which a control is tied to its `Field`. */
export function fieldAttributes(name: string, { error, hint }: { error?: string | undefined; hint?: boolean } = {}) {
  const described = [...(error ? [`${name}-error`] : []), ...(hint ? [`${name}-hint`] : [])].join(' ')
  return {
    id: name,
    name,
    ...(described ? { 'aria-describedby': described } : {}),
    ...(error ? { 'aria-invalid': 'true' as const } : {}),
  }
}
