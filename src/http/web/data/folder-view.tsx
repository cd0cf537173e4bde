import type { Context } from 'hono'
import type { FolderEntry, FolderPlace } from '../../../domain/artifacts/folder.ts'
import { invalidInput } from '../../../domain/error.ts'
import type { Project } from '../../../domain/project.ts'
import type { FolderPage } from '../../../storage/builds/build-contents.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { MAX_PAGE, queryPage } from '../../frame/request/input.ts'
import { filePath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'
import { Pager } from '../parts/parts.tsx'
import { OpenFile, ShareFile } from './file-list.tsx'
import { countText, sizeText } from './measures.ts'

/** Which folder of a build's files the address asks for, and which page of it; null for the root. */
export type AskedFolder = { readonly place: FolderPlace | null; readonly page: number }

export function askedFolderOf(c: Context<AppEnv>): AskedFolder {
  return {
    place: parseFolder(c.req.query('folder')),
    page: queryPage(c, 'files'),
  }
}

/** `0/coverage/lcov/`: a node, and a folder of it. */
function parseFolder(text: string | undefined): FolderPlace | null {
  if (text === undefined) return null
  const [, node, path] = /^(0|[1-9]\d{0,8})\/((?:[^/]+\/)*)$/.exec(text) ?? []
  if (node === undefined || path === undefined) throw invalidInput('folder', 'must be a folder that a page gave')
  return { nodeIndex: Number(node), path }
}

/** The part of a page's query that asks for that. */
export function folderQuery({ place, page }: AskedFolder): Record<string, string> {
  return {
    ...(place === null ? {} : { folder: `${place.nodeIndex}/${place.path}` }),
    ...(page === 1 ? {} : { files: String(page) }),
  }
}

type FolderProps = {
  readonly project: Project
  readonly num: number
  readonly place: FolderPlace | null
  readonly folder: FolderPage
  /** Whether several nodes made files. */
  readonly hasNodes: boolean
  readonly mayShare: boolean
  readonly addressOf: (asked: AskedFolder) => string
}

/** One folder of a build that has too many files for one page. */
export function FolderView({ project, num, place, folder, hasNodes, mayShare, addressOf }: FolderProps) {
  const { entries, page, pages } = folder
  return (
    <>
      <div class="card">
        <Way place={place} hasNodes={hasNodes} addressOf={addressOf} />
        <ul class="tree">
          {entries.map((entry) => (
            <li class="line">
              <Icon name={entry.kind === 'file' ? 'file' : 'folder'} />
              <span class="line-name">
                <a href={entry.kind === 'file' ? filePath(project, num, entry) : addressOf({ place: entry, page: 1 })}>
                  {nameOf(entry, place)}
                </a>
                {entry.kind !== 'file' && <span class="muted small-text"> {countText(entry.count, 'file')}</span>}
              </span>
              {entry.kind === 'file' && (
                <OpenFile project={project} num={num} file={entry} name={nameOf(entry, place)} />
              )}
              {mayShare && entry.kind === 'file' && <ShareFile project={project} num={num} file={entry} />}
              <span class="line-end">{sizeText(entry.sizeBytes)}</span>
            </li>
          ))}
        </ul>
      </div>
      <Pager
        newer={page > 1 ? addressOf({ place, page: page - 1 }) : null}
        older={page < Math.min(pages, MAX_PAGE) ? addressOf({ place, page: page + 1 }) : null}
        words={['Previous files', 'More files']}
        where={pages > 1 ? `Page ${page} of ${pages}` : undefined}
      />
    </>
  )
}

function nameOf({ kind, nodeIndex, path }: FolderEntry, place: FolderPlace | null): string {
  return kind === 'node' ? `Node ${nodeIndex}` : path.slice(place?.path.length ?? 0).replace(/\/$/, '')
}

/** The folders around this one, each a link. */
function Way({ place, hasNodes, addressOf }: Pick<FolderProps, 'place' | 'hasNodes' | 'addressOf'>) {
  const names = place?.path.split('/').slice(0, -1) ?? []
  const steps = [
    { text: 'All files', place: null },
    ...(place && hasNodes ? [{ text: `Node ${place.nodeIndex}`, place: { ...place, path: '' } }] : []),
    ...names.map((text, index) => ({
      text,
      place: place && { ...place, path: `${names.slice(0, index + 1).join('/')}/` },
    })),
  ]
  if (steps.length === 1) return null
  return (
    <nav class="crumbs way" aria-label="Folder">
      <ol>
        {steps.map(({ text, place }, index) => (
          <li>
            {index < steps.length - 1 ? (
              <a href={addressOf({ place, page: 1 })}>{text}</a>
            ) : (
              <span aria-current="location">{text}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
