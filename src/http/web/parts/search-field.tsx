import { Icon } from './icon.tsx'

type SearchFieldProps = {
  readonly text: string
  readonly label: string
  readonly placeholder: string
  readonly maxLength?: number
  readonly isRequired?: boolean
}

/** The field `q` of a search and its button, for a form. */
export function SearchField({ text, label, placeholder, maxLength, isRequired }: SearchFieldProps) {
  return (
    <>
      <input
        type="search"
        name="q"
        value={text}
        maxlength={maxLength}
        required={isRequired}
        aria-label={label}
        placeholder={placeholder}
        autocapitalize="off"
        spellcheck={false}
      />
      <button type="submit" class="button">
        <Icon name="search" /> Find
      </button>
    </>
  )
}
