import type { Child } from 'hono/jsx'
import type { Viewer } from '../../../domain/people/session.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'

const WORD = 'DELETE'

/** What is wrong with how a deletion was confirmed, or null when it is meant. */
export function confirmationProblem(form: URLSearchParams, what: string): string | null {
  return form.get('confirm')?.trim() === WORD ? null : `Type ${WORD}, in capital letters, to delete the ${what}.`
}

/** Has a word typed before something goes that others rely on. */
export function DeletionForm(props: {
  viewer: Viewer
  action: string
  back: string
  button: string
  error: string | undefined
  children?: Child
}) {
  const { viewer, action, back, button, error, children } = props
  return (
    <Form viewer={viewer} action={action} class="stack">
      {children}
      <Field name="confirm" label={`Type ${WORD} to confirm`} error={error}>
        <input
          type="text"
          {...fieldAttributes('confirm', { error })}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          required
        />
      </Field>
      <div class="actions">
        <button type="submit" class="button primary danger">
          {button}
        </button>
        <a class="button" href={back}>
          Cancel
        </a>
      </div>
    </Form>
  )
}
