import { ERRORS } from '../../src/http/frame/answers/errors.ts'

/** docs/api.md with the codes of refusals as they are now, by their status. */
export function withErrorList(page: string): string {
  return page.replace(/<!-- codes -->\n[\s\S]*?<!-- end -->/, () => `<!-- codes -->\n${errorTable()}\n<!-- end -->`)
}

function errorTable(): string {
  const rows = Object.entries(ERRORS)
    .sort(([, a], [, b]) => a.status - b.status)
    .map(([code, { status, message }]) => `| ${status} | \`${code}\` | ${message} |`)
  return ['| status | `code` | message, where no more is known |', '|---|---|---|', ...rows].join('\n')
}
