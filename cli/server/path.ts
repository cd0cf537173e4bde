/** Whether a text can be an id of ours. As a segment of a path any other, like `..`, may be another path. */
export function isId(text: string): boolean {
  return /^[\w-]{1,200}$/.test(text)
}
