import type { Child } from 'hono/jsx'
import type { Viewer } from '../../../domain/people/session.ts'
import type { LeftBehind } from '../../../storage/people/members.ts'
import { Form } from '../parts/form-parts.tsx'
import { LetInBy } from './let-in-list.tsx'
import { MadeByThem } from './made-list.tsx'

/** Asks whether somebody is to lose a role, beside what they leave behind; `children` come first. */
export function LossForm(props: {
  viewer: Viewer
  action: string
  login: string
  left: LeftBehind
  /** Whether each thing that they made is listed with its project. */
  withProject?: boolean
  button: string
  back: string
  children?: Child
}) {
  const { viewer, action, login, left, withProject = false, button, back, children } = props
  return (
    <Form viewer={viewer} action={action} class="stack">
      {children}
      <MadeByThem login={login} made={left.made} withProject={withProject} />
      <LetInBy login={login} letIn={left.letIn} />
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
