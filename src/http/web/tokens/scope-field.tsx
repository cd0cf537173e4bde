import { SCOPES, type Scope } from '../../../domain/access/scope.ts'
import { fieldAttributes } from '../parts/form-parts.tsx'

/** What a token of a project or an organization opens. */
export function ScopeField({ chosen, error }: { chosen: Scope; error: string | undefined }) {
  const scopes = Object.entries(SCOPES) as [Scope, (typeof SCOPES)[Scope]][]
  const lines = (
    <dl class="lines">
      {scopes.map(([, { name, opens }]) => (
        <div>
          <dt>{name}</dt>
          <dd>{opens}</dd>
        </div>
      ))}
    </dl>
  )
  return (
    <div class={error ? 'field bad' : 'field'}>
      <label for="scope">Scope</label>
      <select {...fieldAttributes('scope', { error, hint: true })}>
        {scopes.map(([scope, { name }]) => (
          <option value={scope} selected={scope === chosen}>
            {name}
          </option>
        ))}
      </select>
      {error && (
        <p class="field-error" id="scope-error">
          {error}
        </p>
      )}
      <div class="hint" id="scope-hint">
        {lines}
      </div>
    </div>
  )
}
