import type { Made } from '../../storage/made.ts'
import { countText } from './measures.ts'

const KINDS: Record<Made['kind'], string> = {
  token: 'Project token',
  webhook: 'Webhook',
  publisher: 'Trusted publisher',
  listener: 'Listener',
  dispatch_target: 'Dispatch target',
}

const SHOWN = 50

/** What somebody made and may leave behind, with the choice to end it along with them. */
export function MadeList({ login, made, withProject }: { login: string; made: readonly Made[]; withProject: boolean }) {
  if (made.length === 0) return null
  return (
    <div class="callout warn">
      <h2>What {login} made</h2>
      <ul class="bullets">
        {made.slice(0, SHOWN).map(({ kind, name, project }) => (
          <li>
            {KINDS[kind]} <strong>{name}</strong>
            {withProject && <span class="muted"> of {project}</span>}
          </li>
        ))}
        {made.length > SHOWN && <li>and {made.length - SHOWN} more</li>}
      </ul>
      <label class="choice">
        <input type="checkbox" name="end_made" value="yes" checked />
        End {made.length === 1 ? 'it' : `these ${countText(made.length, 'thing')}`} too. Whoever kept a copy of a secret
        could go on using it, and what is told to an address goes on being told.
      </label>
    </div>
  )
}
