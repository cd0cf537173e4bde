import { type Project, slugText } from '../../../domain/project.ts'
import type { BuildFiles, FileOverview } from '../../../storage/builds/build-contents.ts'
import { filePath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'
import { Copyable } from '../parts/parts.tsx'
import { type Folder, treeOf } from './file-tree.ts'
import { countText, sizeText } from './measures.ts'

/** Folders with no more files than these below them are unfolded. */
const OPEN_UP_TO = 12

type FilesProps = { readonly project: Project; readonly num: number; readonly files: BuildFiles }

/** A build's artifacts as folders, a tree for each node: all of them, which are few. */
export function FileList({ project, num, files }: FilesProps) {
  const nodes = [...Map.groupBy(files.files, (file) => file.nodeIndex)]
  return (
    <div class="card">
      {nodes.map(([node, ofNode]) => (
        <>
          {nodes.length > 1 && <h3 class="node muted small-text">Node {node}</h3>}
          <FolderItems folder={treeOf(ofNode)} project={project} num={num} path={`node-${node}`} />
        </>
      ))}
    </div>
  )
}

type FolderProps = {
  readonly folder: Folder<FileOverview>
  readonly project: Project
  readonly num: number
  readonly path: string
}

function FolderItems({ folder, project, num, path }: FolderProps) {
  return (
    <ul class="tree">
      {folder.folders.map((child, index) => (
        <li>
          <details id={`${path}-${index}`} open={child.count <= OPEN_UP_TO}>
            <summary class="line">
              <Icon name="folder" />
              <span>{child.name}</span>
              <span class="line-name muted">{countText(child.count, 'file')}</span>
              <span class="line-end">{sizeText(child.sizeBytes)}</span>
            </summary>
            <FolderItems folder={child} project={project} num={num} path={`${path}-${index}`} />
          </details>
        </li>
      ))}
      {folder.files.map(({ name, file }) => (
        <li class="line">
          <Icon name="file" />
          <span class="line-name">
            <a href={filePath(project, num, file)}>{name}</a>
          </span>
          <span class="line-end">{sizeText(file.sizeBytes)}</span>
        </li>
      ))}
    </ul>
  )
}

/** How to download all files of a build into folders as they were uploaded. */
export function downloadAllCommand(origin: string, project: Project, num: number, hasNodes: boolean): string {
  const isPublic = project.visibility === 'public'
  const token = isPublic ? '' : ` -H "Circle-Token: $BUILDPASS_TOKEN"`
  const wgetToken = isPublic ? '' : ` --header="Circle-Token: $BUILDPASS_TOKEN"`
  // Before a file's own path there is /output/job/<id>/artifacts/<node>/; several nodes keep a folder each.
  const cut = hasNodes ? 4 : 5
  return [
    `curl -sf${token} '${origin}/api/v1.1/project/${slugText(project)}/${num}/artifacts'`,
    `| grep -oE 'https?://[^"]+'`,
    `| wget -nv -x -nH --cut-dirs=${cut}${wgetToken} -i -`,
  ].join(' \\\n  ')
}

/** The recipe, folded. */
export function DownloadAll({ project, num, files, origin }: FilesProps & { origin: string }) {
  return (
    <details class="more" id="download-all-recipe">
      <summary>
        Download all {countText(files.count, 'file')} ({sizeText(files.sizeBytes)})
      </summary>
      <Copyable
        id="download-all"
        label="Command that downloads all files"
        text={downloadAllCommand(origin, project, num, files.lastNode > 0)}
        block
      />
      {project.visibility === 'private' && (
        <p class="hint">
          <code>BUILDPASS_TOKEN</code> is a project token with the scope Build Artifacts or All, or a personal token.
        </p>
      )}
    </details>
  )
}
