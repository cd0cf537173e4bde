import { wordTable } from '../../src/domain/formats/word-table.ts'
import { CliError } from './exit.ts'

/** What to do where the system refuses something; the words for what is wrong are its own. */
const HINTS = wordTable<string>({
  EACCES: 'Run as a user who may, or change its mode.',
  EPERM: 'Run as a user who may, or change its mode.',
  EROFS: 'Choose a place that can be written to.',
  ENOSPC: 'Make room, and run the same command again.',
  EDQUOT: 'Make room, and run the same command again.',
  EFBIG: 'Raise the limit (ulimit -f), or choose another place: this one takes no file of that size.',
  EMFILE: 'Raise the limit (ulimit -n); a transfer needs fewer with a lower --parallel.',
  ENFILE: 'The whole system has too many files open: try again later.',
  ENOMEM: 'Try again when there is more memory; a transfer needs less with a lower --parallel.',
  ENOENT: 'Was it removed meanwhile? Name what is there.',
  ENOTDIR: 'A file is where a folder should be: choose another place.',
  EISDIR: 'A folder is where a file should be: choose another place.',
  EEXIST: 'Something else is there: choose another place.',
  ENAMETOOLONG: 'The file system takes no name of that length: choose a shorter one, or another place.',
  ELOOP: 'Its links lead in a circle: mend them.',
  EBUSY: 'Something else uses it: try again later.',
  ETXTBSY: 'It is a program that runs: try again later.',
  EIO: 'Is the disk, or the network that it is on, in order?',
  ESTALE: 'Is the disk, or the network that it is on, in order?',
  EPIPE: 'Whoever should read it is gone.',
  EAGAIN: 'The system is short of something: try again later.',
})

/** Whether that came from the operating system, and not from a mistake of ours. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

/** An error of the system as what ends a verb: on one line, with the path and what to do; others stay what they are. */
export function systemFailure(error: unknown, path?: string): unknown {
  if (!isSystemError(error)) return error
  const where = path ?? error.path ?? (error.syscall === 'uv_cwd' ? 'the current folder' : error.syscall)
  return new CliError('failed', `${where}: ${systemWords(error)}`, { hint: HINTS.get(error.code ?? ''), cause: error })
}

/** Does that with an open file, whose path the system's errors do not tell, and names it in them. */
export function withPath<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isSystemError(error)) error.path ??= path
    throw error
  }
}

/** `no such file or directory (ENOENT)`. */
export function systemWords({ code, message }: NodeJS.ErrnoException): string {
  const [, words] = /^[A-Z0-9]+: (.+?)(, |$)/.exec(message) ?? []
  return words ? `${words} (${code})` : message
}

/** The code that the system gave, wherever in the chain of causes it is. */
export function systemCodeOf(error: unknown): string | null {
  if (isSystemError(error)) return error.code ?? null
  return error instanceof Error && error.cause !== undefined ? systemCodeOf(error.cause) : null
}
