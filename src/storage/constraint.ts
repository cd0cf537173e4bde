/** Whether D1 refused a row because another one has its unique value. */
export function isUniqueViolation(error: unknown): boolean {
  return messagesOf(error).includes('UNIQUE constraint failed')
}

/** Whether D1 refused a row because what it belongs to is gone. */
export function isForeignKeyViolation(error: unknown): boolean {
  return messagesOf(error).includes('FOREIGN KEY constraint failed')
}

/**
 * Whether D1 could not be asked at all. What SQLite itself answers carries its code; the rest (connection lost,
 * overloaded, reset, timed out) is an outage.
 */
export function isOutage(error: unknown): boolean {
  const messages = messagesOf(error)
  return /D1_ERROR|Failed query|Network connection lost/.test(messages) && !messages.includes('SQLITE')
}

/** All that an error and its causes say: Drizzle wraps D1's error, and D1 tells constraints apart only by their message. */
export function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}` : ''
}
