import type { LetIn } from '../../../storage/people/let-in.ts'

const ROLES: Record<LetIn['role'], string> = {
  owner: 'owner',
  user: 'user',
  creator: 'may create projects',
  admin: 'admin',
  member: 'member',
}

const SHOWN = 50

/** Whom a person let in. They stay: whoever removes or demotes that person decides on each of them. */
export function LetInBy({ login, letIn }: { login: string; letIn: readonly LetIn[] }) {
  if (letIn.length === 0) return null
  return (
    <div class="callout warn">
      <h2>Whom {login} let in</h2>
      <ul class="bullets">
        {letIn.slice(0, SHOWN).map(({ login, role, of }) => (
          <li>
            <strong>{login}</strong>, {ROLES[role]}
            {of !== null && <span class="muted"> of {of}</span>}
          </li>
        ))}
        {letIn.length > SHOWN && <li>and {letIn.length - SHOWN} more</li>}
      </ul>
      <p>They stay what they are until somebody changes that.</p>
    </div>
  )
}
