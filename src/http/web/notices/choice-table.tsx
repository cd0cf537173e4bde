import { NOTICES, type NoticeKind, type Place } from '../../../domain/notices/notice.ts'
import type { Choice } from '../../../storage/notices/choices.ts'
import { DataTable } from '../parts/parts.tsx'

/** What a form says of a kind that is as usual. */
export const USUAL = 'usual'

/** The name of the field that says where somebody is told of a kind. */
export function placeField(kind: NoticeKind): string {
  return `place:${kind}`
}

const PLACE_WORDS: Record<Place, string> = { off: 'Off', bell: 'Bell', mail: 'Bell and mail' }
const ANSWERS = [USUAL, 'off', 'bell', 'mail'] as const

/** Who gets a kind at all, as it is said to those who choose. */
const AUDIENCES: Record<(typeof NOTICES)[NoticeKind]['audience'], string> = {
  followers: 'Of projects that you follow.',
  author: 'Where its actor has your login.',
  admins: 'Of projects of which you are an admin.',
  holder: 'Of what you hold or made, and of projects of which you are an admin.',
  nobody: '',
}

/** Each kind with its places to choose from. */
export function ChoiceTable({ choices, isOfProject }: { choices: readonly Choice[]; isOfProject: boolean }) {
  const usualWord = isOfProject ? 'As for all' : 'As usual'
  const words = { [USUAL]: usualWord, ...PLACE_WORDS }
  return (
    <div class="places">
      <DataTable
        caption="What you are told of, and where"
        columns={[{ label: 'Of what' }, ...ANSWERS.map((answer) => ({ label: words[answer] }))]}
        rows={choices.map(({ kind, chosen, usual }) => [
          <>
            <strong>{NOTICES[kind].name}</strong>
            {!isOfProject && <span class="muted small-text">{AUDIENCES[NOTICES[kind].audience]}</span>}
          </>,
          ...ANSWERS.map((answer) => (
            <label class="place">
              <input type="radio" name={placeField(kind)} value={answer} checked={answer === (chosen ?? USUAL)} />
              <span class="unseen">{NOTICES[kind].name}: </span>
              <span class="place-word">{words[answer]}</span>
              {answer === USUAL && <span class="muted small-text">({PLACE_WORDS[usual].toLowerCase()})</span>}
            </label>
          )),
        ])}
      />
    </div>
  )
}
