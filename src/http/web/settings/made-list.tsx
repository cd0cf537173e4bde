import type { Made } from '../../../storage/tokens/made.ts'

const KINDS: Record<Made['kind'], string> = {
  token: 'Token',
  webhook: 'Webhook',
  publisher: 'Trusted publisher',
  listener: 'Listener',
  dispatch_target: 'Dispatch target',
  share: 'Share link',
}

const SHOWN = 50

/** What somebody, or a token, made and may leave behind. */
export function MadeList({ made, withProject }: { made: readonly Made[]; withProject: boolean }) {
  return (
    <ul class="bullets">
      {made.slice(0, SHOWN).map(({ kind, name, project }) => (
        <li>
          {KINDS[kind]} <strong>{name}</strong>
          {withProject && project !== null && <span class="muted"> of {project}</span>}
        </li>
      ))}
      {made.length > SHOWN && <li>and {made.length - SHOWN} more</li>}
    </ul>
  )
}

/** What a person made, with the choice to end it along with them. */
export function MadeByThem(props: { login: string; made: readonly Made[]; withProject: boolean }) {
  const { login, made } = props
  if (made.length === 0) return null
  return (
    <div class="callout warn">
      <h2>What {login} made</h2>
      <MadeList {...props} />
      <label class="choice">
        <input type="checkbox" name="end_made" value="yes" checked />
        End {made.length === 1 ? 'it' : `all ${made.length}`} too. Whoever kept a copy of a secret could go on using it,
        and listeners would go on being told.
      </label>
    </div>
  )
}
